// Long lists come part by part: who reads can act on what is there, while the rest is made between frames.
import { useEffect, useState } from 'preact/hooks';

const pauseMs = 200;

/** How many of `total` items are to be shown: `step` at once, and so many more after each pause as long as `goesOn`. */
export function useGradually(total: number, step: number, goesOn = true): number {
  const [shown, setShown] = useState(step);
  // Whatever else is drawn begins the pause anew, so that a key that is pressed meanwhile is answered first.
  useEffect(() => {
    if (!goesOn || shown >= total) return undefined;
    const timer = setTimeout(() => setShown(shown + step), pauseMs);
    return () => clearTimeout(timer);
  });
  return Math.min(shown, total);
}
