// A saved console once more in the time it had: what came in one moment is given to the watch at once, so that the test part
// can be timed as that of a live boot is. Exact to the time that one line took, for only the begin of each line is recorded.
import type { ConsoleWatch } from '../model/console.ts';
import { createStopwatch } from './cell/stopwatch.ts';

export interface Replay {
  push(chunk: Uint8Array): void;
  /** How long the test part took in milliseconds, undefined where user space was never seen; `unfit`: the times are not those of this console. */
  took(): number | undefined | 'unfit';
}

const LF = 0x0a;

/** `times` holds one number for each line. */
export function createReplay(watch: ConsoleWatch, times: Uint8Array): Replay {
  const read = numbersOf(times);
  let now = 0;
  let fits = true;
  let isStart = true;
  const stopwatch = createStopwatch(() => now);
  const beginLine = (): void => {
    isStart = false;
    const at = read();
    if (at === undefined) fits = false;
    else now = at;
  };
  const give = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return;
    const { userspace, decided } = watch.push(bytes);
    stopwatch.look(userspace, decided);
  };
  return {
    push(chunk) {
      let given = 0;
      let end = 0;
      while (end < chunk.length) {
        const moment = now;
        if (isStart) beginLine();
        if (now !== moment) {
          const later = now;
          now = moment;
          give(chunk.subarray(given, end));
          now = later;
          given = end;
        }
        const feed = chunk.indexOf(LF, end);
        isStart = feed !== -1;
        end = feed === -1 ? chunk.length : feed + 1;
      }
      give(chunk.subarray(given));
    },
    took: () => (fits && read() === undefined ? stopwatch.read() : 'unfit'),
  };
}

/** The numbers of a text with one on each line, one after the other; undefined at its end and at anything else. */
function numbersOf(text: Uint8Array): () => number | undefined {
  let at = 0;
  return () => {
    const start = at;
    let number = 0;
    for (let byte = text[at]; byte !== undefined && byte >= 0x30 && byte <= 0x39; byte = text[at]) {
      number = number * 10 + byte - 0x30;
      at += 1;
    }
    if (at === start || text[at] !== LF) return undefined;
    at += 1;
    return number;
  };
}
