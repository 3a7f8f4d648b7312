// How far a count has come: one line on a terminal's standard error, after the first second.
import { colours } from './colours.ts';

const quietMs = 1000;
const redrawMs = 200;

export interface CountingProgress extends Disposable {
  readonly count: (number: number) => void;
  /** Takes the line away. */
  readonly clear: () => void;
}

export function countingProgress(doing: string, stream: NodeJS.WriteStream = process.stderr): CountingProgress {
  const { dim } = colours(stream);
  const startedAt = performance.now();
  let drawnAt = 0;
  const clear = (): void => {
    if (drawnAt > 0) stream.write('\r\u001b[K');
    drawnAt = 0;
  };
  return {
    count(number) {
      if (!stream.isTTY) return;
      const now = performance.now();
      if (now - startedAt < quietMs || now - drawnAt < redrawMs) return;
      drawnAt = now;
      stream.write(`\r\u001b[K${dim(`${doing}: ${number}`.slice(0, (stream.columns || 80) - 1))}`);
    },
    clear,
    [Symbol.dispose]: clear,
  };
}
