// What is whole of an archive is found wherever it is cut, whoever wrote it; garbage never throws.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { salvageTar, type Salvage } from '../../../src/archive/salvage.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-test-salvage-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function salvage(bytes: Uint8Array, maxEntries = 1000): Promise<Salvage & { readonly contents: readonly string[] }> {
  const path = join(folder, 'drive');
  await writeFile(path, bytes);
  await using file = await open(path);
  const found = await salvageTar(file, bytes.length, maxEntries);
  return { ...found, contents: found.entries.map(({ offset, size }) => Buffer.from(bytes.subarray(offset, offset + size)).toString('utf8')) };
}

const long = `${'deep/'.repeat(40)}${'n'.repeat(120)}`;

async function archive(program: readonly string[]): Promise<Buffer> {
  const tree = join(folder, 'tree');
  await mkdir(join(tree, 'deep/'.repeat(40)), { recursive: true });
  await writeFile(join(tree, 'a'), 'first');
  await writeFile(join(tree, long), 'far away');
  await writeFile(join(tree, 'z'), 'z'.repeat(1500));
  const [file = '', ...args] = program;
  execFileSync(file, [...args, '-C', tree, '-cf', join(folder, 'archive.tar'), './a', `./${long}`, './z']);
  return readFile(join(folder, 'archive.tar'));
}

describe('salvageTar', () => {
  it.each<[string, readonly string[]]>([
    ['GNU tar', ['tar', '--format=gnu']],
    ['POSIX tar with PAX headers', ['tar', '--format=posix']],
    ['busybox', ['busybox', 'tar']],
  ])('reads what %s writes, long names too, with anything behind its end', async (_, program) => {
    const bytes = Buffer.concat([await archive(program), Buffer.alloc(10_000, 'x')]);
    const { entries, contents, defect } = await salvage(bytes);
    expect(entries.map(({ name, type }) => [name, type])).toEqual([['./a', 'file'], [`./${long}`, 'file'], ['./z', 'file']]);
    expect(contents).toEqual(['first', 'far away', 'z'.repeat(1500)]);
    expect(defect).toBeUndefined();
  });

  it('gives the whole files of an archive that is cut anywhere', async () => {
    const bytes = await archive(['tar', '--format=gnu']);
    const { entries } = await salvage(bytes);
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: bytes.length }), async (cut) => {
      const { entries: whole } = await salvage(bytes.subarray(0, cut));
      expect(whole).toEqual(entries.filter(({ offset, size }) => offset + size <= cut).slice(0, whole.length));
      // At most the last one is lost though its bytes are there: a header may have been cut behind it.
      expect(whole.length).toBe(entries.filter(({ offset, size }) => offset + size <= cut).length);
    }), { numRuns: 60 });
  });

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'it has no end'],
    ['an empty drive', new Uint8Array(65536), 'it is empty'],
    ['something else', Buffer.alloc(65536, 'abc'), 'it is no tar archive'],
  ])('says so of %s', async (_, bytes, defect) => {
    expect(await salvage(bytes)).toMatchObject({ entries: [], defect });
  });

  it('stops where there are too many entries', async () => {
    expect(await salvage(await archive(['tar', '--format=gnu']), 2)).toMatchObject({ entries: [{}, {}], defect: 'it has more than 2 entries' });
  });

  it('never throws, whatever it is given', async () => {
    const bytes = await archive(['tar', '--format=posix']);
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 })), { maxLength: 40 }), async (changes) => {
      const broken = Buffer.from(bytes);
      for (const [at, value] of changes) broken[at] = value;
      const { entries } = await salvage(broken);
      for (const { offset, size } of entries) expect(offset + size).toBeLessThanOrEqual(broken.length);
    }), { numRuns: 60 });
  });
});
