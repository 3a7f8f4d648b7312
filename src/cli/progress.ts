// Progress of commands that are not a run: notices as lines, downloads as one line that is drawn again on a terminal.
import type { Progress } from '../model/events.ts';
import { formatSize } from '../model/units.ts';
import { colours } from './colours.ts';

const redrawMs = 100;

/** Writes to standard error, so that a command's output stays clean. */
export function stderrProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const { dim, yellow } = colours(stream);
  const running = new Map<string, string>();
  let drawnAt = 0;
  const clear = (): void => {
    if (stream.isTTY && running.size > 0) stream.write('\r\u001b[K');
  };
  return {
    notice(message) {
      clear();
      stream.write(`${yellow('note')} ${message}\n`);
    },
    download(name, done, total, finished) {
      const amount = total === undefined ? formatSize(done) : `${formatSize(done)} of ${formatSize(total)}`;
      if (finished) {
        clear();
        running.delete(name);
        stream.write(`${dim('fetched')} ${name} ${dim(formatSize(done))}\n`);
        return;
      }
      running.set(name, `${name} ${amount}`);
      if (!stream.isTTY || Date.now() - drawnAt < redrawMs) return;
      drawnAt = Date.now();
      const text = `fetching ${[...running.values()].join(', ')}`;
      stream.write(`\r\u001b[K${dim(text.slice(0, (stream.columns || 80) - 1))}`);
    },
  };
}
