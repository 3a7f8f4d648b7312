import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openHostMemo } from '../../../src/boot/memo.ts';
import { temporaryFolder } from '../cache/folder.ts';

const isText = (value: unknown): value is string => typeof value === 'string';

describe('host memo', () => {
  it('recalls what another process remembered', async () => {
    const path = join(await temporaryFolder(), 'deep', 'host.json');
    await openHostMemo(path).remember('a', 'one', 60_000);
    await openHostMemo(path).remember('b', 'two', 60_000);
    expect(await openHostMemo(path).recall('a', isText)).toBe('one');
    expect(await openHostMemo(path).recall('b', isText)).toBe('two');
  });

  it('forgets what is too old or not of the expected form', async () => {
    const path = join(await temporaryFolder(), 'host.json');
    const memo = openHostMemo(path);
    await memo.remember('old', 'x', -1);
    await memo.remember('number', 3, 60_000);
    expect(await memo.recall('old', isText)).toBeUndefined();
    expect(await memo.recall('number', isText)).toBeUndefined();
    expect(await readFile(path, 'utf8')).not.toContain('old');
  });

  it.each(['', '{', '[]', 'null', '{"a": 1}', '{"a": {"value": "x"}}', '{"a": {"value": "x", "until": "soon"}}'])('takes a file with %j for an empty one', async (text) => {
    const path = join(await temporaryFolder(), 'host.json');
    await writeFile(path, text);
    expect(await openHostMemo(path).recall('a', isText)).toBeUndefined();
    await openHostMemo(path).remember('a', 'y', 60_000);
    expect(await openHostMemo(path).recall('a', isText)).toBe('y');
  });

  it('goes on where it cannot write', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    const memo = openHostMemo(join(file, 'host.json'));
    await expect(memo.remember('a', 'x', 60_000)).resolves.toBeUndefined();
    expect(await memo.recall('a', isText)).toBeUndefined();
  });
});
