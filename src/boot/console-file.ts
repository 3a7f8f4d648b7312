// Keeps a console on disk, byte for byte up to a limit. Beyond it the first and the last half are kept, with a line
// between them that says what was left out. Memory and disk use are bounded however much a guest prints.
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HarnessError } from '../model/errors.ts';
import { errorCode } from '../sys/fs.ts';

/** What a closed file holds. */
export interface KeptConsole {
  readonly path: string;
  /** All that came, also what was not kept. */
  readonly bytes: number;
  readonly leftOut: number;
  /** Where in the file a line stands for what was left out. */
  readonly gap?: { readonly at: number; readonly length: number };
}

export interface ConsoleFile {
  /** Takes console bytes. Never fails: a full disk is reported by `close`. */
  write(chunk: Uint8Array): void;
  /**
   * Completes the file. A second call does nothing.
   * @throws HarnessError `CONSOLE_NOT_WRITTEN`.
   */
  close(): Promise<KeptConsole>;
}

// Writes are synchronous: a console chunk takes microseconds, and nothing can pile up while a disk is slow.
/**
 * Creates (or empties) the file and its folder. `limit` is at least 2.
 * @throws HarnessError `CONSOLE_NOT_WRITTEN`.
 */
export async function openConsoleFile(path: string, limit: number): Promise<ConsoleFile> {
  const file = await create(path);
  const headSize = Math.ceil(limit / 2);
  const tailSize = limit - headSize;
  let bytes = 0;
  let open = true;
  let failure: HarnessError | undefined;

  // After the head the file is a ring of `tailSize` bytes; of a chunk larger than the ring only the end would stay.
  const put = (chunk: Uint8Array): void => {
    const start = bytes;
    bytes += chunk.length;
    if (start < headSize) writeAll(file, chunk.subarray(0, headSize - start), start);
    for (let position = Math.max(start, headSize, bytes - tailSize); position < bytes; ) {
      const offset = (position - headSize) % tailSize;
      position += writeAll(file, chunk.subarray(position - start, position - start + tailSize - offset), headSize + offset);
    }
  };

  const leftOut = (): number => Math.max(0, bytes - limit);
  const marker = (): Uint8Array => new TextEncoder().encode(`\n[kit-test: ${leftOut()} bytes of console left out here]\n`);
  const kept = (): KeptConsole => ({ path, bytes, leftOut: leftOut(), ...(leftOut() === 0 ? {} : { gap: { at: headSize, length: marker().length } }) });

  const unroll = async (): Promise<void> => {
    if (bytes <= limit) return;
    const cut = (bytes - headSize) % tailSize;
    const straight = `${path}.tmp`;
    const to = openSync(straight, 'w');
    try {
      let at = copy(file, 0, headSize, to, 0);
      at += writeAll(to, marker(), at);
      at += copy(file, headSize + cut, tailSize - cut, to, at);
      copy(file, headSize, cut, to, at);
    } finally {
      closeSync(to);
    }
    await rename(straight, path);
  };

  return {
    write(chunk) {
      if (!open || failure !== undefined) return;
      try {
        put(chunk);
      } catch (error) {
        failure = notWritten(path, error);
      }
    },
    async close() {
      if (!open) return kept();
      open = false;
      try {
        if (failure !== undefined) throw failure;
        await unroll();
        return kept();
      } catch (error) {
        throw notWritten(path, error);
      } finally {
        closeSync(file);
      }
    },
  };
}

async function create(path: string): Promise<number> {
  try {
    await mkdir(dirname(path), { recursive: true });
    return openSync(path, 'w+');
  } catch (error) {
    throw notWritten(path, error);
  }
}

function notWritten(path: string, error: unknown): HarnessError {
  if (error instanceof HarnessError) return error;
  const why = errorCode(error) === 'ENOSPC' ? 'the disk is full' : String(error);
  return new HarnessError('CONSOLE_NOT_WRITTEN', `cannot write ${path}: ${why}`, { hint: 'free some space there, or choose another folder with --output', cause: error });
}

function writeAll(file: number, chunk: Uint8Array, position: number): number {
  for (let done = 0; done < chunk.length; ) done += writeSync(file, chunk, done, chunk.length - done, position + done);
  return chunk.length;
}

function copy(from: number, start: number, length: number, to: number, position: number): number {
  const buffer = new Uint8Array(Math.min(length, 1024 * 1024));
  for (let done = 0; done < length; ) {
    const count = readSync(from, buffer, 0, Math.min(buffer.length, length - done), start + done);
    if (count === 0) break;
    writeAll(to, buffer.subarray(0, count), position + done);
    done += count;
  }
  return length;
}
