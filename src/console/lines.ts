// Bytes of a console → Lines. The watch has a faster way of its own for blocks in which nothing happens;
// this one is for readers that want every line.
import type { Line } from '../model/console.ts';
import { readBlockLine, readLines } from './printk.ts';
import { createSplitter } from './split.ts';
import { createWordFinder, tells } from './words.ts';

const noWords = createWordFinder([]);

export interface LineReader {
  /** Lines that this chunk completes. */
  push(chunk: Uint8Array): readonly Line[];
  /** The last line, where it has no end. */
  end(): readonly Line[];
}

/** Reads lines; equal bytes give equal lines however they are chunked. */
export function createLineReader(): LineReader {
  let lines: Line[] = [];
  const keep = (line: Line): void => { lines.push(line); };
  const splitter = createSplitter({
    lines(block, from, to, firstLine) {
      for (let index = from; index < to; index += 1) {
        const number = firstLine + index - from;
        if ((block.told(index) & tells.printedInto) === 0) keep(readBlockLine(block, index, number));
        else readLines(block.line(index), number, false, keep);
      }
    },
    line(text, number, truncated) {
      readLines(text, number, truncated, keep);
    },
  }, noWords);
  const take = (): readonly Line[] => {
    const taken = lines;
    lines = [];
    return taken;
  };
  return {
    push(chunk) {
      splitter.push(chunk);
      return take();
    },
    end() {
      splitter.end();
      return take();
    },
  };
}

/** Calls `each` for every line of a block; returns how many there are. */
export function forEachLine(text: string, each: (raw: string, index: number) => void): number {
  let index = 0;
  for (let start = 0; start < text.length; index += 1) {
    const end = text.indexOf('\n', start);
    each(text.slice(start, text.charCodeAt(end - 1) === 0x0d && end > start ? end - 1 : end), index);
    start = end + 1;
  }
  return index;
}
