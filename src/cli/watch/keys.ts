// Single keys of a terminal, without Enter and without an echo. Ctrl-C is what it is everywhere.
import type { ReadStream } from 'node:tty';

const ctrlC = '\u0003';

/** `hasKeys` is false where nobody can press any. The terminal is as it was once this is disposed of, or the process ends. */
export function readKeys(input: ReadStream, onKey: (key: string) => void): Disposable & { readonly hasKeys: boolean } {
  if (!input.isTTY) return { hasKeys: false, [Symbol.dispose]: () => undefined };
  const onData = (chunk: Buffer): void => {
    for (const key of chunk.toString('utf8')) {
      if (key === ctrlC) process.kill(process.pid, 'SIGINT');
      else onKey(key);
    }
  };
  const restore = (): void => void input.setRawMode(false);
  input.setRawMode(true);
  input.on('data', onData);
  process.on('exit', restore);
  return {
    hasKeys: true,
    [Symbol.dispose]() {
      process.off('exit', restore);
      input.off('data', onData);
      restore();
      // It would keep the process alive.
      input.pause();
    },
  };
}
