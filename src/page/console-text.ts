// A console as lines that are cut out when they are looked at: 50 MB stay 50 MB. Pure.

export interface ConsoleText {
  readonly lineCount: number;
  /** A line by its number, from 1, without its end. */
  line(number: number): string;
  /** The number of the first line from `from` on that holds the text, in either direction, going round once. */
  find(text: string, from: number, step: 1 | -1): number | undefined;
}

const LF = 0x0a;
const longest = 4000;

export function readConsole(bytes: Uint8Array): ConsoleText {
  const starts = lineStarts(bytes);
  const lineCount = starts.length;
  const decoder = new TextDecoder();
  const line = (number: number): string => {
    const start = starts[number - 1];
    if (start === undefined) return '';
    const end = (starts[number] ?? bytes.length + (bytes[bytes.length - 1] === LF ? 0 : 1)) - 1;
    const text = decoder.decode(bytes.subarray(start, Math.min(end, start + longest)));
    const shown = text.replace(/\r+$/, '');
    // What a terminal would show of a line that was drawn over: its last state.
    const last = shown.slice(shown.lastIndexOf('\r') + 1);
    return end - start > longest ? `${last}…` : last;
  };
  return {
    lineCount,
    line,
    find(text, from, step) {
      const wanted = text.toLowerCase();
      for (let count = 0, number = from; count < lineCount; count += 1, number += step) {
        const wrapped = ((number - 1 + lineCount * 2) % lineCount) + 1;
        if (line(wrapped).toLowerCase().includes(wanted)) return wrapped;
      }
      return undefined;
    },
  };
}

function lineStarts(bytes: Uint8Array): Uint32Array {
  let count = bytes.length > 0 ? 1 : 0;
  for (let at = bytes.indexOf(LF); at !== -1 && at + 1 < bytes.length; at = bytes.indexOf(LF, at + 1)) count += 1;
  const starts = new Uint32Array(count);
  let index = 1;
  for (let at = bytes.indexOf(LF); at !== -1 && at + 1 < bytes.length; at = bytes.indexOf(LF, at + 1)) {
    starts[index] = at + 1;
    index += 1;
  }
  return starts;
}
