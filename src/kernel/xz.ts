// Unpacks xz with the machine's xz: none of our libraries does. The program reads files, so streams pass through one.
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Unxz } from '../archive/compress.ts';
import { streamProgram } from '../sys/process.ts';

/** Unpacks a stream of xz data. */
export const unxz: Unxz = async function* (chunks) {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-xz-'));
  try {
    const file = join(folder, 'packed');
    await pipeline(chunks, createWriteStream(file));
    for await (const chunk of await streamProgram('xz', ['--decompress', '--stdout', '--', file])) yield chunk as Buffer;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
