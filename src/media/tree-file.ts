// The files of a system as trees and archives: what LinuxKit's `tar` formats hold.
import { open, stat } from 'node:fs/promises';
import { defaultMtime, textFile, type Inode } from '../archive/entry.ts';

/** A file of this machine as an entry of a tree. */
export async function hostFile(path: string): Promise<Inode> {
  const { size } = await stat(path);
  return { type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: defaultMtime, content: { kind: 'slice', path, offset: 0, size } };
}

/** Text as an entry of a tree. */
export const textEntry = (text: string): Inode => textFile(text);

/** Writes what comes to a file. */
export async function writeChunks(path: string, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  await using file = await open(path, 'w');
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    await file.writeFile(chunk);
  }
}
