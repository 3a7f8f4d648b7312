// Where the reader is, kept in the page's address.
import { useCallback, useEffect, useState } from 'preact/hooks';
import { formatRoute, parseRoute, type Route } from './address.ts';

/** The route, and how it is changed. Steps to a cell can be undone with the browser's Back; typing in the search cannot. */
export function useRoute(): readonly [Route, (change: Partial<Route>) => void] {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const follow = (): void => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const change = useCallback((part: Partial<Route>): void => {
    const next = { ...parseRoute(location.hash), ...part };
    const isStep = 'cell' in part || 'attempt' in part;
    history[isStep ? 'pushState' : 'replaceState'](null, '', formatRoute(next));
    setRoute(next);
  }, []);
  return [route, change];
}
