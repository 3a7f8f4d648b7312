// The line with which the kernel cuts a report off from what it printed before.
import type { Line } from '../../model/console.ts';

/** Lines between it and the line that names the report: a warning's message, an empty line. */
const reach = 4;
const start = /^-+\[ cut here \]-+$|^8<--- cut here ---$|^={20,}$/;

export interface StartFinder {
  /** Every line that matters here holds one. */
  readonly words: readonly string[];
  line(line: Line): void;
  /** The line that cuts off the report which this line names. */
  before(header: Line): number | undefined;
}

export function createStartFinder(): StartFinder {
  let last: Line | undefined;
  return {
    words: ['='.repeat(20), '[ cut here ]-', '8<--- cut here'],
    line(line) {
      if (line.text.length < 200 && start.test(line.text.trim())) last = line;
    },
    before(header) {
      if (last === undefined || header.number - last.number > reach || last.number === header.number || last.caller !== header.caller) return undefined;
      const { number } = last;
      // It belongs to one report.
      last = undefined;
      return number;
    },
  };
}
