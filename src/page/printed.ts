// Paper does not scroll, and nobody waits for it: what is printed has to be all there.
import { flushSync } from 'preact/compat';
import { useEffect, useState } from 'preact/hooks';

/** Whether the page was ever printed; what depends on it is drawn before the browser goes on to print. */
export function usePrinted(): boolean {
  const [isPrinted, setPrinted] = useState(false);
  useEffect(() => {
    const note = (): void => {
      flushSync(() => setPrinted(true));
    };
    addEventListener('beforeprint', note);
    return () => removeEventListener('beforeprint', note);
  }, []);
  return isPrinted;
}
