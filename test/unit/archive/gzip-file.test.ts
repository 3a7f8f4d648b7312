import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gzipSegment } from '../../../src/archive/gzip-file.ts';
import { openCache } from '../../../src/cache/store.ts';
import { temporaryFolder } from '../cache/folder.ts';

const signal = AbortSignal.timeout(60_000);
const MiB = 1024 * 1024;

describe('gzipSegment', () => {
  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['a few bytes', Buffer.from('070701')],
    ['exactly one piece', Buffer.alloc(MiB, 'a')],
    ['what cannot be compressed', randomBytes(3 * MiB + 17)],
    ['many pieces', Buffer.concat([randomBytes(MiB), Buffer.alloc(5 * MiB), Buffer.from('end')])],
  ])('gives %s back to gzip and to Node', async (_, content) => {
    const folder = await temporaryFolder();
    const path = join(folder, 'segment');
    await writeFile(path, content);
    const compressed = await gzipSegment(await openCache(join(folder, 'cache')), { path, digest: 'sha256:x' }, signal);
    execFileSync('gzip', ['--test'], { input: await readFile(compressed) });
    expect(execFileSync('gzip', ['-dc'], { input: await readFile(compressed), maxBuffer: 16 * MiB }).equals(content)).toBe(true);
    expect(gunzipSync(await readFile(compressed)).equals(content)).toBe(true);
  });

  it('compresses a segment once, and to equal bytes in another cache', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'segment');
    await writeFile(path, Buffer.concat([Buffer.alloc(2 * MiB, 'text '), Buffer.from('end')]));
    const segment = { path, digest: 'sha256:x' };
    const cache = await openCache(join(folder, 'cache'));
    const first = await gzipSegment(cache, segment, signal);
    const { ino, size } = await stat(first);
    expect(size).toBeLessThan(100_000);
    expect((await stat(await gzipSegment(cache, segment, signal))).ino).toBe(ino);
    const second = await gzipSegment(await openCache(join(folder, 'other')), segment, signal);
    expect((await readFile(second)).equals(await readFile(first))).toBe(true);
  });

  it('stops when it is told to, and keeps nothing', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'segment');
    await writeFile(path, 'x');
    const cache = await openCache(join(folder, 'cache'));
    await expect(gzipSegment(cache, { path, digest: 'sha256:x' }, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect(await readFile(await gzipSegment(cache, { path, digest: 'sha256:x' }, signal))).not.toHaveLength(0);
  });
});
