// Puts together the lines of user space into which the kernel printed: `ok 1 na[    5.1] usb …` and `me` are `ok 1 name`.
// A head of nothing in particular (`  [    5.1] …`, as dmesg(1) prints it) is none: the reader of the lines says what fits.
import type { Line } from '../model/console.ts';

const longest = 2000;

export interface WholeLine {
  readonly text: string;
  readonly number: number;
  readonly repaired: boolean;
}

/** Whether the two parts are one line, for whoever reads it. */
export type BelongTogether = (head: string, tail: string) => boolean;

export interface Rejoiner {
  /** The whole lines of user space that this one completes. */
  take(line: Line): readonly WholeLine[];
  /** A head waits for its tail: every line has to be seen. */
  waits(): boolean;
  /** A head whose tail never came. */
  end(): readonly WholeLine[];
}

const noLines: readonly WholeLine[] = [];

export function createRejoiner(belong: BelongTogether): Rejoiner {
  let held: { text: string; number: number } | undefined;

  return {
    take(line) {
      if (line.kernel) return noLines;
      if (line.cut === true) {
        held = { text: ((held?.text ?? '') + line.text).slice(0, longest), number: held?.number ?? line.number };
        return noLines;
      }
      const whole: WholeLine = { text: line.text, number: line.number, repaired: false };
      if (held === undefined) return [whole];
      const head = held;
      held = undefined;
      if (!belong(head.text, line.text)) return [{ text: head.text, number: head.number, repaired: false }, whole];
      return [{ text: head.text + line.text, number: line.number, repaired: line.text !== '' }];
    },
    waits: () => held !== undefined,
    end() {
      const rest = held === undefined ? [] : [{ text: held.text, number: held.number, repaired: false }];
      held = undefined;
      return rest;
    },
  };
}
