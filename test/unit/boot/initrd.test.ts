import { execFileSync } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { composeInitrd } from '../../../src/boot/initrd.ts';
import { openCache } from '../../../src/cache/store.ts';
import type { Segment } from '../../../src/model/image.ts';
import { temporaryFolder } from '../cache/folder.ts';

async function segment(folder: string, name: string, content: Buffer): Promise<Segment> {
  const path = join(folder, name);
  await writeFile(path, content);
  return { path, digest: `sha256:${name}`, bytes: content.length };
}

const cpioOf = (folder: string, file: string): Buffer => execFileSync('cpio', ['--create', '--format=newc', '--quiet'], { cwd: folder, input: `${file}\n` });

describe('composeInitrd', () => {
  it('lays archives one after another so that cpio reads each where it starts', async () => {
    const folder = await temporaryFolder();
    const cache = await openCache(join(folder, 'cache'));
    await writeFile(join(folder, 'one'), 'first');
    await writeFile(join(folder, 'two'), 'second');
    const segments = [await segment(folder, 'a.cpio', cpioOf(folder, 'one')), await segment(folder, 'odd', Buffer.from('x'.repeat(700))), await segment(folder, 'b.cpio', cpioOf(folder, 'two'))];
    const whole = await readFile(await composeInitrd(cache, segments));
    expect(whole.length % 512).toBe(0);
    const [a, odd, b] = segments.map(({ bytes }) => Math.ceil(bytes / 512) * 512) as [number, number, number];
    expect(whole.length).toBe(a + odd + b);
    expect(execFileSync('cpio', ['--list', '--quiet'], { input: whole.subarray(0, a), encoding: 'utf8' })).toBe('one\n');
    expect(execFileSync('cpio', ['--list', '--quiet'], { input: whole.subarray(a + odd), encoding: 'utf8' })).toBe('two\n');
    expect(whole.subarray(a, a + odd).toString('latin1')).toBe('x'.repeat(700) + '\0'.repeat(324));
  });

  it('uses a single segment where it lies', async () => {
    const folder = await temporaryFolder();
    const only = await segment(folder, 'a.cpio', Buffer.from('x'));
    expect(await composeInitrd(await openCache(join(folder, 'cache')), [only])).toBe(only.path);
  });

  it('joins the same segments once, and others or another order anew', async () => {
    const folder = await temporaryFolder();
    const cache = await openCache(join(folder, 'cache'));
    const a = await segment(folder, 'a', Buffer.from('a'));
    const b = await segment(folder, 'b', Buffer.from('b'));
    const first = await composeInitrd(cache, [a, b]);
    const { ino } = await stat(first);
    expect(await composeInitrd(cache, [a, b])).toBe(first);
    expect((await stat(first)).ino).toBe(ino);
    expect(await composeInitrd(cache, [b, a])).not.toBe(first);
  });

  it('stops when it is told to', async () => {
    const folder = await temporaryFolder();
    const a = await segment(folder, 'a', Buffer.from('a'));
    await expect(composeInitrd(await openCache(join(folder, 'cache')), [a, a], AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
