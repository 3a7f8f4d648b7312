import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openConsoleFile } from '../../../src/boot/console-file.ts';
import { temporaryFolder } from '../cache/folder.ts';

async function keep(path: string, limit: number, chunks: readonly Uint8Array[]): Promise<{ kept: string; leftOut: number; bytes: number }> {
  const file = await openConsoleFile(path, limit);
  for (const chunk of chunks) file.write(chunk);
  const { leftOut, bytes } = await file.close();
  return { kept: await readFile(path, 'latin1'), leftOut, bytes };
}

describe('console file', () => {
  it('keeps every byte up to the limit, and beyond it head and tail with what was left out between them', async () => {
    const path = join(await temporaryFolder(), 'console.log');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 40 }), fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 12 }), async (limit, chunks) => {
        const all = Buffer.concat(chunks).toString('latin1');
        const { kept, leftOut, bytes } = await keep(path, limit, chunks);
        expect(bytes).toBe(all.length);
        expect(leftOut).toBe(Math.max(0, all.length - limit));
        const head = Math.ceil(limit / 2);
        const expected = leftOut === 0 ? all : `${all.slice(0, head)}\n[kit-test: ${leftOut} bytes of console left out here]\n${all.slice(all.length - (limit - head))}`;
        expect(kept).toBe(expected);
      }),
    );
  });

  it('takes no more disk than the limit while a guest prints on and on', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'cells', 'a', 'console.log');
    const file = await openConsoleFile(path, 100_000);
    const chunk = new Uint8Array(65_536).fill(0x41);
    for (let i = 0; i < 200; i += 1) file.write(chunk);
    expect((await stat(path)).size).toBeLessThanOrEqual(100_000);
    expect(await file.close()).toEqual({ path, bytes: 200 * 65_536, leftOut: 200 * 65_536 - 100_000, gap: { at: 50_000, length: 53 } });
    expect(await readdir(join(folder, 'cells', 'a'))).toEqual(['console.log']);
  });

  it('is on disk while the guest still runs', async () => {
    const path = join(await temporaryFolder(), 'console.log');
    const file = await openConsoleFile(path, 4096);
    file.write(Buffer.from('Linux version'));
    expect(await readFile(path, 'utf8')).toBe('Linux version');
    await file.close();
    await expect(file.close()).resolves.toMatchObject({ bytes: 13 });
    file.write(Buffer.from('late'));
    expect(await readFile(path, 'utf8')).toBe('Linux version');
  });

  it('says where a console cannot be kept', async () => {
    const folder = await temporaryFolder();
    await openConsoleFile(join(folder, 'file'), 4096).then((file) => file.close());
    await expect(openConsoleFile(join(folder, 'file', 'console.log'), 4096)).rejects.toMatchObject({ code: 'CONSOLE_NOT_WRITTEN' });
  });

  it.runIf(existsSync('/dev/full'))('reports a full disk at the end, not in the middle of a boot', async () => {
    const file = await openConsoleFile('/dev/full', 4096);
    expect(() => file.write(Buffer.from('x'))).not.toThrow();
    await expect(file.close()).rejects.toMatchObject({ code: 'CONSOLE_NOT_WRITTEN', message: expect.stringContaining('the disk is full') as string });
  });

  it('empties what an earlier attempt left', async () => {
    const path = join(await temporaryFolder(), 'console.log');
    await keep(path, 4096, [Buffer.from('a long first attempt')]);
    expect((await keep(path, 4096, [Buffer.from('short')])).kept).toBe('short');
  });
});
