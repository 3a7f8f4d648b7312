import { appendFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCache } from '../../../../src/cache/store.ts';
import { findTemplate, openTemplate, type BootTemplate } from '../../../../src/run/warm/template.ts';
import { temporaryFolder } from '../../cache/folder.ts';

const signal = new AbortController().signal;

async function setUp() {
  const cache = await openCache(await temporaryFolder());
  let boots = 0;
  const boot: BootTemplate = async ({ memory }) => {
    boots += 1;
    await writeFile(memory, 'memory of a guest');
    return { state: Buffer.from('state'), console: Buffer.from('console\n'), bootMs: 1234 };
  };
  return { cache, boot, boots: () => boots };
}

describe('a template', () => {
  it('is made once, however many want it at the same time, and found again', async () => {
    const { cache, boot, boots } = await setUp();
    const all = await Promise.all(Array.from({ length: 8 }, () => openTemplate('k', cache, boot, signal)));
    expect(boots()).toBe(1);
    expect(all.every(({ bootMs, console }) => bootMs === 1234 && Buffer.from(console).toString() === 'console\n')).toBe(true);
    expect((await findTemplate('k', cache))?.memory).toBe(all[0]?.memory);
    expect(await findTemplate('other', cache)).toBeUndefined();
  });

  it.each([
    ['whose memory has grown', (folder: string) => appendFile(join(folder, 'memory'), 'x')],
    ['whose memory was written to', (folder: string) => utimes(join(folder, 'memory'), 1, 1)],
    ['whose state is another', (folder: string) => writeFile(join(folder, 'state'), 'State')],
    ['whose console is another', (folder: string) => writeFile(join(folder, 'console'), '')],
    ['without its facts', (folder: string) => writeFile(join(folder, 'template.json'), '{}')],
    ['with broken facts', (folder: string) => writeFile(join(folder, 'template.json'), '{"bootMs":')],
  ])('%s is made anew', async (_, damage) => {
    const { cache, boot, boots } = await setUp();
    await openTemplate('k', cache, boot, signal);
    await damage(cache.entryPath('template', 'k'));
    expect(await findTemplate('k', cache)).toBeUndefined();
    await openTemplate('k', cache, boot, signal);
    expect(boots()).toBe(2);
    expect(await findTemplate('k', cache)).toBeDefined();
  });

  it('of which nothing is left over where it cannot be made', async () => {
    const { cache } = await setUp();
    await expect(openTemplate('k', cache, () => Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
    expect(await findTemplate('k', cache)).toBeUndefined();
  });
});
