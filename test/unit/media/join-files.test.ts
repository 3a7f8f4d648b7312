// Files made of several parts, written over those of an earlier build.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCache, type Cache } from '../../../src/cache/store.ts';
import { joinFiles, rejoinFiles } from '../../../src/media/join-files.ts';

const { signal } = new AbortController();
let folder: string;
let cache: Cache;
let target: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-test-join-'));
  cache = await openCache(join(folder, 'cache'));
  target = join(folder, 'joined');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Parts are named by what is in them, as those of the cache are. */
async function parts(...texts: readonly string[]): Promise<readonly string[]> {
  return Promise.all(texts.map(async (text) => {
    const path = join(folder, createHash('sha256').update(text).digest('hex'));
    await writeFile(path, text);
    return path;
  }));
}

const big = 'steady\n'.repeat(700_000);

describe('joinFiles', () => {
  it('writes the parts one after another over whatever was there', async () => {
    await writeFile(target, 'something that is longer than all of them');
    await joinFiles(await parts('one', '', big, 'two'), target, signal);
    expect(await readFile(target, 'utf8')).toBe(`one${big}two`);
  });
});

describe('rejoinFiles', () => {
  const again = async (...texts: readonly string[]): Promise<string> => {
    await rejoinFiles(await parts(...texts), target, cache, signal);
    return readFile(target, 'utf8');
  };

  it.each([
    ['its last part changes', [big, 'one'], [big, 'other']],
    ['it gets longer', [big], [big, 'more']],
    ['it gets shorter', [big, 'one', 'two'], [big]],
    ['its first part changes', ['one', big], ['other', big]],
    ['parts change places', ['one', 'two', big], ['two', 'one', big]],
    ['nothing changes', [big, 'one'], [big, 'one']],
    ['all of it changes', ['a', 'b'], ['c']],
  ])('holds exactly the new parts when %s', async (_, first, second) => {
    expect(await again(...first)).toBe(first.join(''));
    expect(await again(...second)).toBe(second.join(''));
    expect(await again(...first)).toBe(first.join(''));
  });

  it('leaves a file alone that is as it should be', async () => {
    await again(big, 'one');
    const { mtimeNs, ino } = await stat(target, { bigint: true });
    await again(big, 'one');
    expect(await stat(target, { bigint: true })).toMatchObject({ mtimeNs, ino });
  });

  it.each([
    ['of another size', 'x'],
    ['of the same size', `${big.replace('s', 'S')}one`],
  ])('writes everything anew over a file that somebody changed to one %s', async (_, text) => {
    await again(big, 'one');
    await writeFile(target, text);
    expect(await again(big, 'two')).toBe(`${big}two`);
  });

  it('is not deceived by a file that was given its old time again', async () => {
    await again(big, 'one');
    const { atime, mtime } = await stat(target);
    await writeFile(target, `${big.replace('s', 'S')}one`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await utimes(target, atime, mtime);
    expect(await again(big, 'two')).toBe(`${big}two`);
  });

  it('writes everything anew where the cache has forgotten', async () => {
    await again(big, 'one');
    await rm(join(cache.root, 'entries'), { recursive: true });
    expect(await again(big, 'two')).toBe(`${big}two`);
  });
});
