// Console bytes → lines, in blocks where nothing is special about them, one by one elsewhere, each with what a word finder tells of it.
// A line ends at LF. A lone CR ends a part of a line (progress bars): each part is reported, all with the line's number.
// The same bytes give the same lines however they are chunked.
import { createBlock, type Block } from './block.ts';
import { cleanText, needsCleaning } from './clean.ts';
import { findWords, tells, type WordFinder } from './words.ts';

/** Bytes of one line that are kept; the rest up to the line's end is dropped. */
export const lineLimitBytes = 64 * 1024;
/** Smaller than the limit, so that no line inside a block can be too long. */
const blockBytes = 32 * 1024;

const LF = 0x0a;
const CR = 0x0d;

export interface LineSink {
  /** The lines from `from` on, up to `to`, without control sequences. The block is only lent. */
  lines(block: Block, from: number, to: number, firstLine: number): void;
  /** One line, or one part of a line that had a carriage return inside. */
  line(text: string, line: number, truncated: boolean, told: number): void;
}

export interface Splitter {
  push(chunk: Uint8Array): void;
  /** Reports a last line without end. */
  end(): void;
}

export function createSplitter(sink: LineSink, finder: WordFinder): Splitter {
  const block = createBlock(blockBytes);
  let lineNumber = 1;
  // The part of a line that has come without its end.
  let pending = Buffer.alloc(1024);
  let pendingLength = 0;
  let truncated = false;
  let partReported = false;

  function report(text: string, cut: boolean): void {
    const clean = needsCleaning.test(text) ? cleanText(text) : text;
    sink.line(clean, lineNumber, cut, tellOf(finder, clean));
  }

  function reportPart(): void {
    const text = pending.toString('utf8', 0, pendingLength);
    pendingLength = 0;
    partReported = true;
    report(text, truncated);
    truncated = false;
  }

  function endLine(): void {
    if (pendingLength > 0 || !partReported) reportPart();
    lineNumber += 1;
    partReported = false;
  }

  function keep(bytes: Buffer): void {
    const room = lineLimitBytes - pendingLength;
    if (bytes.length > room) truncated = true;
    const kept = Math.min(bytes.length, room);
    if (pendingLength + kept > pending.length) {
      const grown = Buffer.alloc(Math.min(lineLimitBytes, Math.max(2 * pending.length, pendingLength + kept)));
      pending.copy(grown, 0, 0, pendingLength);
      pending = grown;
    }
    bytes.copy(pending, pendingLength, 0, kept);
    pendingLength += kept;
  }

  /** Bytes of one line, its LF perhaps among them as the last byte. */
  function pushPiece(bytes: Buffer): void {
    const ended = bytes[bytes.length - 1] === LF;
    const stop = ended ? bytes.length - 1 : bytes.length;
    let start = 0;
    for (let at = bytes.indexOf(CR); at !== -1 && at < stop; at = bytes.indexOf(CR, start)) {
      if (at > start) keep(bytes.subarray(start, at));
      if (pendingLength > 0) reportPart();
      start = at + 1;
    }
    if (stop > start) keep(bytes.subarray(start, stop));
    if (ended) endLine();
  }

  /** A line of which something has to be taken out; its parts come one by one. */
  function pushSpecial(line: string): void {
    const parts = line.split('\r').filter((part) => part !== '');
    if (parts.length === 0) report('', false);
    for (const part of parts) report(part, false);
    lineNumber += 1;
  }

  function pushLines(bytes: Buffer): void {
    const count = block.read(bytes, finder);
    for (let from = 0; from < count;) {
      if ((block.told(from) & tells.special) !== 0) {
        pushSpecial(block.line(from));
        from += 1;
        continue;
      }
      let to = from + 1;
      while (to < count && (block.told(to) & tells.special) === 0) to += 1;
      sink.lines(block, from, to, lineNumber);
      lineNumber += to - from;
      from = to;
    }
  }

  function pushBlock(bytes: Buffer): void {
    let rest = bytes;
    if (pendingLength > 0 || partReported) {
      const end = rest.indexOf(LF);
      if (end === -1) {
        pushPiece(rest);
        return;
      }
      pushPiece(rest.subarray(0, end + 1));
      rest = rest.subarray(end + 1);
    }
    const last = rest.lastIndexOf(LF);
    if (last !== -1) {
      pushLines(rest.subarray(0, last + 1));
      rest = rest.subarray(last + 1);
    }
    if (rest.length > 0) pushPiece(rest);
  }

  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      for (let start = 0; start < bytes.length; start += blockBytes) pushBlock(bytes.subarray(start, start + blockBytes));
    },
    end() {
      if (pendingLength > 0) endLine();
    },
  };
}

const nowhere = new Int32Array(1);

/** What is told of a text without line ends. */
function tellOf(finder: WordFinder, text: string): number {
  const told = new Int32Array(1);
  findWords(finder, Buffer.from(text), nowhere, told);
  return told[0] ?? 0;
}
