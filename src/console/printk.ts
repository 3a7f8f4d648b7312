// Takes the printk prefix off a line, whatever the kernel's configuration: level (`<6>`), time (`[    1.234567]`),
// caller (`[ T123]`, `[  C1]`), Android's `(0)[123:comm]`; and finds where the kernel printed into the middle of a line.
// Documentation/core-api/printk-basics.rst, CONFIG_PRINTK_TIME, CONFIG_PRINTK_CALLER
import type { Line } from '../model/console.ts';
import type { Block } from './block.ts';

const prefix = /^(?:<\d{1,3}>)?(?:\[ *(\d+\.\d{6})\](?:\[ *([CT]\d+)\])? ?|\[ *([CT]\d+)\] ?)?(?:\(\d+\)\[\d+:[^\]\n]{1,16}\] ?)?/;
// The kernel pads the seconds to five characters, which keeps look-alikes out.
const inside = /\[(?=[ \d]{4}\d\.|\d{5,}\.) *\d+\.\d{6}\](?:\[ *[CT]\d+\])? ?/g;

/** What the usual prefix says; none is longer than `longestUsual`. */
interface UsualPrefix {
  readonly length: number;
  readonly microseconds: number;
  /** Where the caller stands; both 0 where there is none. */
  readonly callerFrom: number;
  readonly callerTo: number;
}

const openBracket = 0x5b;
const closeBracket = 0x5d;
const openParenthesis = 0x28;
const space = 0x20;
const longestUsual = 64;
const isDigit = (code: number | undefined): boolean => code !== undefined && code >= 0x30 && code <= 0x39;

/** `[    1.234567] ` or `[    1.234567][    C1] ` at the start of a line, without a regular expression; undefined for any other form. */
export function usualPrefix(bytes: Uint8Array, start: number): UsualPrefix | undefined {
  if (bytes[start] !== openBracket) return undefined;
  let at = start + 1;
  while (bytes[at] === space) at += 1;
  let microseconds = 0;
  const seconds = at;
  for (; isDigit(bytes[at]); at += 1) microseconds = microseconds * 10 + (bytes[at] ?? 0) - 0x30;
  // With more digits the number would not be exact.
  if (at === seconds || at - seconds > 9 || bytes[at] !== 0x2e || bytes[at + 7] !== closeBracket) return undefined;
  for (let index = at + 1; index < at + 7; index += 1) {
    if (!isDigit(bytes[index])) return undefined;
    microseconds = microseconds * 10 + (bytes[index] ?? 0) - 0x30;
  }
  at += 8;
  let callerFrom = 0;
  let callerTo = 0;
  if (bytes[at] === openBracket) {
    let from = at + 1;
    while (bytes[from] === space) from += 1;
    let to = from + 1;
    while (isDigit(bytes[to])) to += 1;
    if ((bytes[from] === 0x43 || bytes[from] === 0x54) && to > from + 1 && bytes[to] === closeBracket) {
      callerFrom = from - start;
      callerTo = to - start;
      at = to + 1;
    }
  }
  if (bytes[at] === space) at += 1;
  // Android's part may follow.
  return bytes[at] === openParenthesis ? undefined : { length: at - start, microseconds, callerFrom, callerTo };
}

/** One line of text as a Line. */
export function readLine(raw: string, number: number, truncated: boolean, cut: boolean): Line {
  const first = raw.charCodeAt(0);
  // Neither `[` nor `<`: the common case of user space.
  if (first !== openBracket && first !== 0x3c) return makeLine(number, raw, raw, undefined, undefined, false, truncated, cut);
  // The prefix is ASCII: a place in the bytes is a place in the text.
  return withPrefix(raw, usualPrefix(Buffer.from(raw.slice(0, longestUsual)), 0), number, truncated, cut);
}

/** The same for a line of a block. */
export function readBlockLine(block: Block, index: number, number: number): Line {
  const raw = block.line(index);
  const first = block.bytes[block.start(index)];
  if (first !== openBracket && first !== 0x3c) return makeLine(number, raw, raw, undefined, undefined, false, false, false);
  return withPrefix(raw, usualPrefix(block.bytes, block.start(index)), number, false, false);
}

function withPrefix(raw: string, usual: UsualPrefix | undefined, number: number, truncated: boolean, cut: boolean): Line {
  if (usual !== undefined) {
    const { length, microseconds, callerFrom, callerTo } = usual;
    return makeLine(number, raw.slice(length), raw, microseconds / 1e6, callerTo === 0 ? undefined : raw.slice(callerFrom, callerTo), true, truncated, cut);
  }
  const match = prefix.exec(raw);
  const length = match?.[0].length ?? 0;
  if (match === null || length === 0) return makeLine(number, raw, raw, undefined, undefined, false, truncated, cut);
  return makeLine(number, raw.slice(length), raw, match[1] === undefined ? undefined : Number(match[1]), match[2] ?? match[3], true, truncated, cut);
}

// One form for all lines: whoever reads them knows where each part lies.
const makeLine = (number: number, text: string, raw: string, uptime: number | undefined, caller: string | undefined, kernel: boolean, truncated: boolean, cut: boolean): Line =>
  ({ number, text, raw, uptime, caller, kernel, truncated, cut: cut ? cut : undefined });

/** Reads one line of text into which the kernel may have printed; gives two or more where it did, all with the same number. */
export function readLines(raw: string, number: number, truncated: boolean, each: (line: Line) => void): void {
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
