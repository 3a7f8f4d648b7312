// Many words looked for at once: one step for each byte, however many words there are.
// Ends of lines and what needs a second look are told by the same steps, so that a console is gone through once.

import { createWordTree } from './word-tree.ts';

/** What may be told of a line besides the words in it. */
export const tells = {
  lineEnd: 1,
  /** A carriage return; of a whole line: one that does not stand before its LF. Or a control character that a terminal would obey. */
  special: 2,
  carriageReturn: 4,
  /** Bytes beyond ASCII. */
  wide: 8,
  /** A bracket, as before the time in a printk prefix; of a whole line: one behind its start, before blanks and digits enough for a time. */
  printedInto: 16,
} as const;

const firstOwn = 5;
const lastOwn = 30;

/** The bit that tells of the words of one asker. There are bits for few: who asks for more lets the last of them share one. */
export const bitOf = (asker: number): number => 1 << (firstOwn + asker);
export const askerLimit = lastOwn - firstOwn + 1;

export interface WordFinder {
  /** The kind of each byte: its column in the table of the words (word-tree.ts). */
  readonly columns: Uint8Array;
  readonly rows: Int32Array;
  readonly width: number;
}

/** More bytes of a word do not keep more lines out. */
const longestWord = 24;
const LF = 0x0a;
const CR = 0x0d;
const controls = [0x00, 0x08, 0x1b];
const bracket = 0x5b;
const inTimes = Array.from(' 0123456789', (character) => character.charCodeAt(0));

/** Consoles of a run are looked at for the same words: the tables that were asked for last. */
const made = new Map<string, WordFinder>();
const madeLimit = 8;

/** `askers` are the words of each, told by `bitOf` its index. A word with control characters is nowhere. */
export function createWordFinder(askers: readonly (readonly string[])[]): WordFinder {
  const key = JSON.stringify(askers);
  const finder = made.get(key) ?? makeWordFinder(askers);
  made.delete(key);
  made.set(key, finder);
  for (const [oldest] of made) if (made.size > madeLimit) made.delete(oldest);
  return finder;
}

function makeWordFinder(askers: readonly (readonly string[])[]): WordFinder {
  const words = askers.flatMap((list, asker) => list.map((word) => ({ bytes: Buffer.from(word).subarray(0, longestWord), tells: bitOf(asker) })))
    .filter(({ bytes }) => bytes.length > 0 && !bytes.some((byte) => byte === LF || byte === CR || controls.includes(byte)));
  const { columns, count, wide, control } = columnsFor(words.map(({ bytes }) => bytes));
  const kindOf = (byte: number): number => columns[byte] ?? 0;
  const tree = createWordTree(words.reduce((sum, { bytes }) => sum + bytes.length, count + 2 * inTimes.length), count + 1);
  for (const word of words) tree.add(Array.from(word.bytes, kindOf), word.tells);
  tree.add([kindOf(LF)], tells.lineEnd);
  tree.add([kindOf(CR)], tells.carriageReturn);
  tree.add([control], tells.special);
  for (const kind of wide) tree.add([kind], tells.wide);
  for (const byte of inTimes) tree.add([kindOf(bracket), kindOf(byte)], tells.printedInto);
  return { columns, width: count + 1, rows: tree.rows() };
}

/** A column for each byte that occurs in words; the others have one in common, controls another, and so have bytes beyond ASCII. */
function columnsFor(words: readonly Uint8Array[]): { columns: Uint8Array; count: number; wide: readonly number[]; control: number } {
  const columns = new Uint8Array(256);
  let count = 1;
  for (const used of [[LF, CR, bracket, ...inTimes], ...words]) for (const byte of used) columns[byte] ||= count++;
  const control = count++;
  for (const byte of controls) columns[byte] = control;
  const otherWide = count++;
  for (let byte = 0x80; byte < 0x100; byte += 1) columns[byte] ||= otherWide;
  return { columns, count, control, wide: [...new Set(columns.subarray(0x80))] };
}

/**
 * Goes through whole lines and what may come after them: writes where each line ends, at its LF, and what is told of it; of the
 * rest what is told stands behind. Returns how many lines have an end.
 */
export function findWords({ columns, rows, width }: WordFinder, bytes: Uint8Array, ends: Int32Array, told: Int32Array): number {
  const { length } = bytes;
  let state = 0;
  let start = 0;
  let found = 0;
  let count = 0;
  for (let at = 0; at < length; at += 1) {
    state = rows[state + (columns[bytes[at] ?? 0] ?? 0)] ?? 0;
    if (state >= 0) continue;
    state = ~state;
    const here = rows[state + width - 1] ?? 0;
    if (here === tells.lineEnd) {
      ends[count] = at;
      told[count] = found;
      count += 1;
      found = 0;
      start = at + 1;
    } else if (here === tells.carriageReturn) {
      if (bytes[at + 1] !== LF) found |= tells.special;
    } else if ((here & tells.printedInto) !== 0 && !(at > start + 1 && isTime(bytes, at))) found |= here & ~tells.printedInto;
    else found |= here;
  }
  told[count] = found;
  return count;
}

/** The kernel pads the seconds to five characters. */
function isTime(bytes: Uint8Array, at: number): boolean {
  for (let index = at; index < at + 5; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte !== 0x20 && (byte < 0x30 || byte > 0x39)) return false;
  }
  return true;
}
