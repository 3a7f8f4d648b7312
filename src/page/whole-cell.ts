// The cells of a run are there in outline: all of one is read when it is opened.
import { useLayoutEffect, useState } from 'preact/hooks';
import type { CellResult } from '../model/report.ts';
import { readCell } from './data.ts';

/**
 * All of the cell at that place, undefined where there is none; for a moment still the one before, so that nothing
 * flickers from one cell to the next. `first`: what was read already.
 */
export function useWholeCell(index: number, first: CellResult | undefined): CellResult | undefined {
  const [whole, setWhole] = useState(first);
  useLayoutEffect(() => {
    let isGone = false;
    const reading = index === -1 ? Promise.resolve(undefined) : readCell(index);
    void reading.then((next) => {
      if (!isGone) setWhole(next);
    });
    return () => {
      isGone = true;
    };
  }, [index]);
  return whole;
}
