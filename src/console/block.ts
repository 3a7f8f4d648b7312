// A block of whole lines: where each ends and what is told of it. A line is cut out as text only when somebody asks for it.
import { findWords, tells, type WordFinder } from './words.ts';

const CR = 0x0d;

export interface Block {
  /** Takes in lines, each ended by LF; they stay the caller's. Returns how many they are. */
  read(bytes: Buffer, finder: WordFinder): number;
  /** What the finder tells of a line. */
  told(index: number): number;
  /** A line without its end. */
  line(index: number): string;
  /** Some lines with their ends, as bytes: one character for each. */
  text(from: number, to: number): string;
  /** What was taken in last. */
  bytes: Buffer;
  /** Where a line begins, and where its end does. */
  start(index: number): number;
  end(index: number): number;
}

/** `size` is the most that it takes in. */
export function createBlock(size: number): Block {
  const ends = new Int32Array(size);
  const told = new Int32Array(size + 1);
  // One character for each byte, so that a place in one is a place in the other.
  let text: string | undefined;

  const start = (index: number): number => (index === 0 ? 0 : (ends[index - 1] ?? 0) + 1);
  const end = (index: number): number => {
    const feed = ends[index] ?? 0;
    return block.bytes[feed - 1] === CR && feed > start(index) ? feed - 1 : feed;
  };
  const all = (): string => (text ??= block.bytes.toString('latin1'));

  const block: Block = {
    bytes: Buffer.alloc(0),
    read(lines, finder) {
      block.bytes = lines;
      text = undefined;
      return findWords(finder, lines, ends, told);
    },
    told: (index) => told[index] ?? 0,
    line: (index) => ((told[index] ?? 0) & tells.wide) !== 0 ? block.bytes.toString('utf8', start(index), end(index)) : all().slice(start(index), end(index)),
    text: (from, to) => all().slice(start(from), start(to)),
    start,
    end,
  };
  return block;
}
