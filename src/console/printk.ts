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
  // Neither `[` nor `<`: the common case of user space.
  if (first !== openBracket && first !== 0x3c) return makeLine(number, raw, raw, undefined, undefined, false, truncated, cut);
  return readUsual(raw, number, truncated, cut) ?? readAny(raw, number, truncated, cut);
}

function readAny(raw: string, number: number, truncated: boolean, cut: boolean): Line {
  const match = prefix.exec(raw);
  const length = match?.[0].length ?? 0;
  if (match === null || length === 0) return makeLine(number, raw, raw, undefined, undefined, false, truncated, cut);
  return makeLine(number, raw.slice(length), raw, match[1] === undefined ? undefined : Number(match[1]), match[2] ?? match[3], true, truncated, cut);
}

const openBracket = 0x5b;
const closeBracket = 0x5d;
const space = 0x20;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** `[    1.234567] text` or `[    1.234567][    C1] text`, without a regular expression; undefined for any other form. */
function readUsual(raw: string, number: number, truncated: boolean, cut: boolean): Line | undefined {
  let at = 1;
  while (raw.charCodeAt(at) === space) at += 1;
  let microseconds = 0;
  const seconds = at;
  for (let code = raw.charCodeAt(at); isDigit(code); code = raw.charCodeAt(at)) {
    microseconds = microseconds * 10 + code - 0x30;
    at += 1;
  }
  // With more digits the number would not be exact.
  if (at === seconds || at - seconds > 9 || raw.charCodeAt(at) !== 0x2e || raw.charCodeAt(at + 7) !== closeBracket) return undefined;
  for (let index = at + 1; index < at + 7; index += 1) {
    const code = raw.charCodeAt(index);
    if (!isDigit(code)) return undefined;
    microseconds = microseconds * 10 + code - 0x30;
  }
  at += 8;
  let caller: string | undefined;
  if (raw.charCodeAt(at) === openBracket) {
    let start = at + 1;
    while (raw.charCodeAt(start) === space) start += 1;
    const kind = raw.charCodeAt(start);
    let end = start + 1;
    while (isDigit(raw.charCodeAt(end))) end += 1;
    if ((kind === 0x43 || kind === 0x54) && end > start + 1 && raw.charCodeAt(end) === closeBracket) {
      caller = raw.slice(start, end);
      at = end + 1;
    }
  }
  if (raw.charCodeAt(at) === space) at += 1;
  // Android's part may follow.
  if (raw.charCodeAt(at) === 0x28) return undefined;
  return makeLine(number, raw.slice(at), raw, microseconds / 1e6, caller, true, truncated, cut);
}

// One form for all lines: whoever reads them knows where each part lies.
const makeLine = (number: number, text: string, raw: string, uptime: number | undefined, caller: string | undefined, kernel: boolean, truncated: boolean, cut: boolean): Line =>
  ({ number, text, raw, uptime, caller, kernel, truncated, cut: cut ? cut : undefined });

/** Reads one line of text; gives two or more where the kernel printed into it, all with the same number. `printedInto`: it may have. */
export function readLines(raw: string, number: number, truncated: boolean, printedInto: boolean, each: (line: Line) => void): void {
  if (!printedInto) {
    each(readLine(raw, number, truncated, false));
    return;
  }
  // `[` at the start is the line's own prefix.
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
