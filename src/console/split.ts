// Console bytes → text of whole lines, in blocks where nothing is special about them, line by line elsewhere.
// A line ends at LF. A lone CR ends a part of a line (progress bars): each part is reported, all with the line's number.
// The same bytes give the same lines however they are chunked.
import { cleanText, needsCleaning } from './clean.ts';

/** Bytes of one line that are kept; the rest up to the line's end is dropped. */
export const lineLimitBytes = 64 * 1024;
/** Smaller than the limit, so that no line inside a block can be too long. */
const blockBytes = 32 * 1024;

const LF = 0x0a;
const CR = 0x0d;

export interface TextSink {
  /** Whole lines, each ended by LF or CRLF, without other control sequences. Returns how many lines they are. */
  block(text: string, firstLine: number): number;
  /** One line, or one part of a line that had a carriage return inside. */
  line(text: string, line: number, truncated: boolean): void;
}

export interface Splitter {
  push(chunk: Uint8Array): void;
  /** Reports a last line without end. */
  end(): void;
}

export function createSplitter(sink: TextSink): Splitter {
  let lineNumber = 1;
  // The part of a line that has come without its end.
  let pending = Buffer.alloc(1024);
  let pendingLength = 0;
  let truncated = false;
  let partReported = false;

  function reportPart(): void {
    const text = cleanText(pending.toString('utf8', 0, pendingLength));
    pendingLength = 0;
    partReported = true;
    sink.line(text, lineNumber, truncated);
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

  function pushSpecial(text: string): void {
    for (let start = 0; start < text.length;) {
      const end = text.indexOf('\n', start);
      const line = text.slice(start, end);
      let reported = false;
      for (const part of line.includes('\r') ? line.split('\r') : [line]) {
        if (part === '') continue;
        sink.line(needsCleaning.test(part) ? cleanText(part) : part, lineNumber, false);
        reported = true;
      }
      if (!reported) sink.line('', lineNumber, false);
      lineNumber += 1;
      start = end + 1;
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
      const text = rest.toString('utf8', 0, last + 1);
      if (needsCleaning.test(text)) pushSpecial(text);
      else lineNumber += sink.block(text, lineNumber);
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
