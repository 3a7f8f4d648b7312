// Reads Debian packages with the machine's own dpkg-deb (deb(5)): no root, no maintainer scripts.
import type { Readable } from 'node:stream';
import { runProgram, streamProgram } from '../sys/process.ts';

/** The tar archive of a package's files, unpacked as it is read. */
export async function streamDeb(path: string, signal?: AbortSignal): Promise<Readable> {
  return streamProgram('dpkg-deb', ['--fsys-tarfile', path], { ...(signal === undefined ? {} : { signal }) });
}

/** Extracts a package's files below `folder`. */
export async function extractDeb(path: string, folder: string, signal?: AbortSignal): Promise<void> {
  await runProgram('dpkg-deb', ['--extract', path, folder], { signal });
}
