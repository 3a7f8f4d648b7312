// How far something long has come: one line on a terminal's standard error, after the first second.
import { formatSize } from '../model/units.ts';
import { colours } from './colours.ts';

const quietMs = 1000;
const redrawMs = 200;

export interface ProgressLine extends Disposable {
  /** How much is done by now. */
  readonly at: (amount: number) => void;
  /** Takes the line away. */
  readonly clear: () => void;
}

/** `words` say what an amount is, after so many milliseconds. */
function progressLine(words: (amount: number, elapsedMs: number) => string, stream: NodeJS.WriteStream): ProgressLine {
  const { dim } = colours(stream);
  const startedAt = performance.now();
  let drawnAt = 0;
  const clear = (): void => {
    if (drawnAt > 0) stream.write('\r\u001b[K');
    drawnAt = 0;
  };
  return {
    at(amount) {
      if (!stream.isTTY) return;
      const now = performance.now();
      if (now - startedAt < quietMs || now - drawnAt < redrawMs) return;
      drawnAt = now;
      stream.write(`\r\u001b[K${dim(words(amount, now - startedAt).slice(0, (stream.columns || 80) - 1))}`);
    },
    clear,
    [Symbol.dispose]: clear,
  };
}

/** As `looking at items: 1200`. */
export const countingProgress = (doing: string, stream: NodeJS.WriteStream = process.stderr): ProgressLine => progressLine((count) => `${doing}: ${count}`, stream);

/** As `reading console.log 12M of 50M, 31M/s`, of bytes. */
export function readingProgress({ name, bytes: total }: { readonly name: string; readonly bytes: number | undefined }, stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  return progressLine((bytes, elapsedMs) => {
    const speed = formatSize(Math.round(bytes / (elapsedMs / 1000)));
    // What is unpacked is more than the file is long.
    const amount = total === undefined || bytes > total ? formatSize(bytes) : `${formatSize(bytes)} of ${formatSize(total)}`;
    return `reading ${name.replace(/[^\x20-\x7e]/g, '?')} ${amount}, ${speed}/s`;
  }, stream);
}
