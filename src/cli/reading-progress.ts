// How far a long file has been read: one line on a terminal's standard error, after the first second.
import { formatSize } from '../model/units.ts';
import { colours } from './colours.ts';

const quietMs = 1000;
const redrawMs = 200;

export interface ReadingProgress extends Disposable {
  /** Bytes read so far. */
  readonly read: (bytes: number) => void;
  /** Takes the line away. */
  readonly clear: () => void;
}

export function readingProgress({ name, bytes: total }: { readonly name: string; readonly bytes: number | undefined }, stream: NodeJS.WriteStream = process.stderr): ReadingProgress {
  const { dim } = colours(stream);
  const startedAt = performance.now();
  let drawnAt = 0;
  const clear = (): void => {
    if (drawnAt > 0) stream.write('\r\u001b[K');
    drawnAt = 0;
  };
  return {
    read(bytes) {
      if (!stream.isTTY) return;
      const now = performance.now();
      if (now - startedAt < quietMs || now - drawnAt < redrawMs) return;
      drawnAt = now;
      const speed = formatSize(Math.round(bytes / ((now - startedAt) / 1000)));
      // What is unpacked is more than the file is long.
      const amount = total === undefined || bytes > total ? formatSize(bytes) : `${formatSize(bytes)} of ${formatSize(total)}`;
      const text = `reading ${name.replace(/[^\x20-\x7e]/g, '?')} ${amount}, ${speed}/s`;
      stream.write(`\r\u001b[K${dim(text.slice(0, (stream.columns || 80) - 1))}`);
    },
    clear,
    [Symbol.dispose]: clear,
  };
}
