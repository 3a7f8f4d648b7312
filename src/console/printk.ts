// Takes the printk prefix off a line, whatever the kernel's configuration: level (`<6>`), time (`[    1.234567]`),
// caller (`[ T123]`, `[  C1]`), Android's `(0)[123:comm]`; and finds where the kernel printed into the middle of a line.
// Documentation/core-api/printk-basics.rst, CONFIG_PRINTK_TIME, CONFIG_PRINTK_CALLER
import type { Line } from '../model/console.ts';

const prefix = /^(?:<\d{1,3}>)?(?:\[ *(\d+\.\d{6})\](?:\[ *([CT]\d+)\])? ?|\[ *([CT]\d+)\] ?)?(?:\(\d+\)\[\d+:[^\]\n]{1,16}\] ?)?/;
// The kernel pads the seconds to five characters, which keeps look-alikes out.
const inside = /\[(?=[ \d]{4}\d\.|\d{5,}\.) *\d+\.\d{6}\](?:\[ *[CT]\d+\])? ?/g;

/** One line of text as a Line. */
export function readLine(raw: string, number: number, truncated: boolean, cut: boolean): Line {
  const first = raw.charCodeAt(0);
  // Neither `<` nor `[`: the common case of user space, without a regular expression.
  if (first !== 0x5b && first !== 0x3c) return makeLine(number, raw, raw, undefined, undefined, false, truncated, cut);
  const match = prefix.exec(raw);
  const length = match?.[0].length ?? 0;
  if (match === null || length === 0) return makeLine(number, raw, raw, undefined, undefined, false, truncated, cut);
  return makeLine(number, raw.slice(length), raw, match[1], match[2] ?? match[3], true, truncated, cut);
}

function makeLine(number: number, text: string, raw: string, uptime: string | undefined, caller: string | undefined, kernel: boolean, truncated: boolean, cut: boolean): Line {
  // Made for every line that is read: the plain form without detours.
  if (!kernel && !cut) return { number, text, raw, kernel, truncated };
  return {
    number, text, raw, kernel, truncated,
    ...(uptime === undefined ? undefined : { uptime: Number(uptime) }),
    ...(caller === undefined ? undefined : { caller }),
    ...(cut ? { cut } : undefined),
  };
}

/** Reads one line of text; gives two or more where the kernel printed into it, all with the same number. */
export function readLines(raw: string, number: number, truncated: boolean, each: (line: Line) => void): void {
  // `[` at the start is the line's own prefix.
  if (raw.indexOf('[', 1) === -1) {
    each(readLine(raw, number, truncated, false));
    return;
  }
  inside.lastIndex = 1;
  let start = 0;
  for (let match = inside.exec(raw); match !== null; match = inside.exec(raw)) {
    // `<6>[    1.0]` and `[    1.0][    2.0]` are one prefix and nothing in front of it.
    if (!/^(?:<\d+>)?$/.test(raw.slice(start, match.index))) {
      const head = raw.slice(start, match.index).replace(/<\d{1,3}>$/, '');
      each(readLine(head, number, false, true));
      start += head.length;
    }
  }
  each(readLine(raw.slice(start), number, truncated, false));
}
