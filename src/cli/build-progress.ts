// Progress of a build on standard error: LinuxKit's lines as the work goes on, and on a terminal what takes its time.
import type { BuildProgress } from '../run/build/request.ts';
import { stderrProgress } from './progress.ts';
import { colours } from './colours.ts';

const firstAfterMs = 1000;
const everyMs = 500;

/** Dispose of it when the build is over. */
export function buildProgress(stream: NodeJS.WriteStream = process.stderr): BuildProgress & Disposable {
  const { dim } = colours(stream);
  const progress = stderrProgress(stream);
  const startedAt = Date.now();
  let saidAt = startedAt;
  let last = '';
  let drawn = false;
  const clear = (): void => {
    if (drawn) stream.write('\r\u001b[K');
    drawn = false;
  };
  const told = (): void => {
    clear();
    saidAt = Date.now();
  };
  const timer = setInterval(() => {
    if (!stream.isTTY || Date.now() - saidAt < firstAfterMs) return;
    const text = `${last.trim() || 'working'} … ${Math.round((Date.now() - startedAt) / 1000)} s`;
    stream.write(`\r\u001b[K${dim(text.slice(0, (stream.columns || 80) - 1))}`);
    drawn = true;
  }, everyMs).unref();
  return {
    step(text) {
      told();
      last = text;
      stream.write(`${text}\n`);
    },
    notice(message) {
      told();
      progress.notice(message);
    },
    download(...facts) {
      told();
      progress.download(...facts);
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      clear();
    },
  };
}
