// Keeps tar archives uncompressed in the cache, with an index of their entries: trees are read from there by offset and
// never unpacked on this machine, so owners, modes and devices survive without root.
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decompress } from '../archive/compress.ts';
import type { Entry } from '../archive/entry.ts';
import { readTar } from '../archive/tar.ts';
import type { Cache } from '../cache/store.ts';
import { HarnessError } from '../model/errors.ts';

const KIND = 'tar';
const FORMAT = 1;
/** An initramfs beyond this boots nowhere; what claims to be bigger is a bomb. */
const MAX_BYTES = 4 * 1024 ** 3;

/**
 * The entries of an archive; `read` gives its bytes, compressed or not, and is called only when they are not kept yet.
 * `digest` is the identity of those bytes.
 */
export async function spoolTar(cache: Cache, digest: string, read: () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>, signal: AbortSignal): Promise<readonly Entry[]> {
  const key = `${FORMAT}-${createHash('sha256').update(digest).digest('hex')}`;
  const make = async (): Promise<readonly Entry[]> => {
    const place = await cache.entry(KIND, key, async (temporary) => {
      await mkdir(temporary, { recursive: true });
      const entries = await spool(await read(), join(temporary, 'data.tar'), signal);
      await writeFile(join(temporary, 'index.json'), JSON.stringify(entries));
    }, signal);
    return readIndex(place);
  };
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    await cache.drop(KIND, key);
    return make();
  }
}

async function spool(source: AsyncIterable<Uint8Array>, path: string, signal: AbortSignal): Promise<Entry[]> {
  await using file = await open(path, 'wx');
  async function* kept(): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const chunk of decompress(source)) {
      signal.throwIfAborted();
      bytes += chunk.byteLength;
      if (bytes > MAX_BYTES) throw new HarnessError('ARCHIVE_TOO_BIG', `the archive unpacks to more than ${MAX_BYTES / 1024 ** 3} GiB`);
      await file.writeFile(chunk);
      yield chunk;
    }
  }
  return await readTar(kept(), 'data.tar');
}

async function readIndex(place: string): Promise<readonly Entry[]> {
  const path = join(place, 'data.tar');
  const entries = JSON.parse(await readFile(join(place, 'index.json'), 'utf8')) as Entry[];
  return entries.map((entry) => (entry.type === 'file' && entry.content.kind === 'slice' ? { ...entry, content: { ...entry.content, path } } : entry));
}
