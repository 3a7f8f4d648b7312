// The text of kit-test.lock, and several writers of one.
import fc from 'fast-check';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockKey } from '../../../src/apt/locked.ts';
import { openLockFile } from '../../../src/lock/file.ts';
import { formatLock, parseLock, type Lock } from '../../../src/lock/lock.ts';
import type { AptPackage } from '../../../src/apt/package.ts';
import { openCache } from '../../../src/cache/store.ts';
import { temporaryFolder } from '../cache/folder.ts';

const pkg = (name: string): AptPackage => ({ name, version: '1:2.0+b1~rc1-1', arch: 'amd64', path: `pool/main/${name}.deb`, sha256: 'a'.repeat(64), size: 7 });

const locks = fc.dictionary(fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'), fc.array(fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{0,9}$/).map(pkg), { minLength: 1, maxLength: 3 }))
  .map((apt): Lock => ({ version: 1, apt: apt }));

it('reads back what it wrote, and writes equal locks as equal bytes', () => {
  fc.assert(fc.property(locks, (lock) => {
    const text = formatLock(lock);
    const again = parseLock(text, 'lock');
    expect(again.apt).toEqual({ ...lock.apt });
    const reversed = { version: 1 as const, apt: Object.fromEntries(Object.entries(again.apt).reverse()) };
    expect(formatLock(reversed)).toBe(text);
  }));
});

it('makes one key of the same packages in any order', () => {
  expect(lockKey('image', 'sid', 'amd64', ['b', 'a', 'b'])).toBe('image/sid/amd64/a b');
});

it.each([
  ['merge conflicts', '<<<<<<< ours\n{}\n', 'merge conflict'],
  ['other text', 'hello', 'JSON'],
  ['another version', '{"version":2,"apt":{}}', 'version'],
  ['a path out of the archive', formatLock({ version: 1, apt: { x: [{ ...pkg('a'), path: '../../etc/passwd' }] } }), 'below the mirror'],
  ['a digest that is none', formatLock({ version: 1, apt: { x: [{ ...pkg('a'), sha256: 'zz' }] } }), 'sha256'],
])('refuses %s with the next action', (_, text, why) => {
  expect(() => parseLock(text, 'kit-test.lock')).toThrow(expect.objectContaining({ code: 'LOCK_INVALID', message: expect.stringContaining(why) as string, hint: expect.stringContaining('version control') as string }));
});

it('keeps what concurrent writers wrote', async () => {
  const root = await temporaryFolder();
  const cache = await openCache(join(root, 'cache'));
  const path = join(root, 'kit-test.lock');
  const names = Array.from({ length: 12 }, (_, index) => `p${index}`);
  expect(await Promise.all(names.map((name) => openLockFile(path, cache).apt.set(name, [pkg(name)])))).toEqual(names.map(() => true));
  for (const name of names) expect(await openLockFile(path, cache).apt.get(name)).toEqual([pkg(name)]);
});

it('knows nothing where there is no lock, and complains of a broken one', async () => {
  const root = await temporaryFolder();
  const cache = await openCache(join(root, 'cache'));
  const lock = openLockFile(join(root, 'kit-test.lock'), cache);
  expect(await lock.apt.get('x')).toBeUndefined();
  await writeFile(lock.path, '{');
  await expect(lock.apt.get('x')).rejects.toMatchObject({ code: 'LOCK_INVALID' });
});
