// Writes many bytes to a file in small pieces, without asking and waiting for each. For large writes Linux takes large folios
// of memory, which a virtual machine may first have to get back from its host: measured up to seven times as long.
import { writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';

const PIECE = 64 * 1024;
const BUFFER = 4 * 1024 * 1024;

/** Writes all of the bytes at a position. */
export function writeBulk({ fd }: FileHandle, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.byteLength;) done += writeSync(fd, bytes, done, Math.min(PIECE, bytes.byteLength - done), position + done);
}

/** Copies a whole file to a position of another one, letting others have their turn; gives where it ends. */
export async function copyBulk(from: string, to: FileHandle, position: number, signal?: AbortSignal): Promise<number> {
  await using source = await open(from);
  const buffer = Buffer.allocUnsafe(Math.min(BUFFER, Math.max((await source.stat()).size, 1)));
  for (let end = position; ;) {
    signal?.throwIfAborted();
    const { bytesRead } = await source.read(buffer, 0, buffer.length);
    if (bytesRead === 0) return end;
    writeBulk(to, buffer.subarray(0, bytesRead), end);
    end += bytesRead;
    await turn();
  }
}
