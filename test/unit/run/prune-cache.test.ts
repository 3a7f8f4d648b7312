// What the limits of a project take from the cache after a run, on real files.
import { chmod, mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCache } from '../../../src/cache/store.ts';
import { HarnessSchema } from '../../../src/model/harness.ts';
import { limitsOf, pruneAfterRun } from '../../../src/run/prune-cache.ts';
import { asOrdinaryUser, temporaryFolder } from '../cache/folder.ts';

const MiB = 1024 ** 2;
const now = Date.now();
const dayMs = 24 * 3_600_000;

/** Two entries of a kind, the older one first; their names are the days since their last use. */
async function filled(): Promise<string> {
  const { root } = await openCache(await temporaryFolder());
  for (const [kind, days] of [['template', 9], ['template', 2], ['initrd', 8], ['initrd', 1]] as const) {
    const path = join(root, 'entries', kind, `${days}`);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'file'), Buffer.alloc(2 * MiB, 1));
    await utimes(path, new Date(now - days * dayMs), new Date(now - days * dayMs));
  }
  return root;
}

const left = async (root: string): Promise<readonly string[]> => (await Promise.all(['template', 'initrd'].map((kind) => readdir(join(root, 'entries', kind))))).flat().sort();

describe('limitsOf', () => {
  it('keeps templates to 8 GiB and all else as it is, unless the project says more', () => {
    expect(limitsOf(HarnessSchema.parse({}))).toEqual([{ kinds: ['template'], maxBytes: 8 * 1024 ** 3 }]);
    expect(limitsOf(HarnessSchema.parse({ cacheLimit: '20G', templateLimit: '1G' }))).toEqual([{ kinds: ['template'], maxBytes: 1024 ** 3 }, { maxBytes: 20 * 1024 ** 3 }]);
  });

  it.each([20, '20', '100K', '20GB', 0])('refuses %j, which nobody means', (cacheLimit) => {
    expect(HarnessSchema.safeParse({ cacheLimit }).error?.issues[0]?.message).toMatch(/^expected a size/);
  });
});

describe('pruneAfterRun', () => {
  it.each([
    { limits: {}, stays: ['1', '2', '8', '9'], note: undefined },
    { limits: { templateLimit: '5M' }, stays: ['1', '2', '8', '9'], note: undefined },
    { limits: { templateLimit: '3M' }, stays: ['1', '2', '8'], note: 'removed 1 item from the cache, 2M, the longest unused (templateLimit 3M)' },
    { limits: { cacheLimit: '7M' }, stays: ['1', '2', '8'], note: 'removed 1 item from the cache, 2M, the longest unused (cacheLimit 7M, templateLimit 8G)' },
    { limits: { templateLimit: '3M', cacheLimit: '5M' }, stays: ['1', '2'], note: 'removed 2 items from the cache, 4M, the longest unused (cacheLimit 5M, templateLimit 3M)' },
  ])('leaves $stays by $limits', async ({ limits, stays, note }) => {
    const root = await filled();
    expect((await pruneAfterRun(root, HarnessSchema.parse(limits), now)).note?.replace(/2\.\dM|2M/, '2M').replace(/4\.\dM/, '4M')).toBe(note);
    expect(await left(root)).toEqual(stays);
  });

  it('says what is wrong with a cache that it cannot prune', async () => {
    const root = await filled();
    await chmod(join(root, 'entries/template'), 0o555);
    const outcome = await asOrdinaryUser(() => pruneAfterRun(root, HarnessSchema.parse({ templateLimit: '1M' }), now));
    expect(outcome).toEqual({ problem: expect.stringMatching(/^the cache could not be pruned: cannot remove .*template\/9$/) as string });
  });
});
