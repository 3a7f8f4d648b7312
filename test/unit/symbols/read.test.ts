// Files of symbols in each form, and what is said of those that are none.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Symbols } from '../../../src/model/symbols.ts';
import { openSymbolFile } from '../../../src/run/symbols.ts';
import { readSymbols } from '../../../src/symbols/read.ts';
import { compile } from './program.ts';

let folder = '';
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'kit-test-symbols-test-')); });
afterAll(async () => { await rm(folder, { recursive: true }); });

const map = 'ffffffff81000000 T _text\nffffffff81000100 T schedule\nffffffff81000180 D data\n';
const x86 = { name: 'x86_64', elfMachine: 62 };
const arm = { name: 'arm', elfMachine: 40 };

async function put(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}
async function readSymbolFile(path: string): Promise<Symbols> {
  await using file = await openSymbolFile(path);
  return file.symbols;
}
const nameIn = async (path: string): Promise<string | undefined> => (await readSymbolFile(path)).name(0xffffffff81000110n);

describe('a file of symbols', () => {
  it('is read from a System.map, also packed', async () => {
    const path = await put('System.map', map);
    expect(await nameIn(path)).toBe('schedule+0x10/0x80');
    expect(await nameIn(await put('map.gz', gzipSync(map)))).toBe('schedule+0x10/0x80');
    for (const program of ['xz', 'zstd']) {
      expect(await nameIn(await put(`map.${program}`, execFileSync(program, ['-c', '-q', path]))), program).toBe('schedule+0x10/0x80');
    }
  });

  it('is read from what the running kernel shows', async () => {
    expect(await nameIn(await put('kallsyms', `0000000000000000 A fixed_percpu_data\n${map}ffffffffc0001000 t f\t[m]\n`))).toBe('schedule+0x10/0x80');
  });

  it('is read from a program, where it says whether source lines are known', async () => {
    using program = compile();
    const [place] = /^\S+(?= T both)/m.exec(program.map) ?? [''];
    const { symbols, debug } = await readSymbols(program.path, 'vmlinux', x86);
    expect([symbols.name(BigInt(`0x${place}`) + 2n), debug]).toEqual([expect.stringMatching(/^both\+0x2\/0x/), true]);
    expect((await readSymbolFile(await put('vmlinux.gz', gzipSync(execFileSync('cat', [program.path]))))).name(BigInt(`0x${place}`))).toMatch(/^both\+0x0\//);
  });

  it('that is not there or cannot be read is an error that says so', async () => {
    await expect(readSymbolFile(join(folder, 'gone'))).rejects.toMatchObject({ code: 'SYMBOLS_UNREADABLE', message: `the symbols in ${join(folder, 'gone')} cannot be read: it does not exist` });
    await expect(readSymbolFile(folder)).rejects.toMatchObject({ code: 'SYMBOLS_UNREADABLE', message: expect.stringContaining('it is a folder') as string });
    const packed = gzipSync(Buffer.from(map.repeat(500)));
    await expect(readSymbolFile(await put('cut.gz', packed.subarray(0, packed.length - 20)))).rejects.toMatchObject({ code: 'SYMBOLS_UNREADABLE' });
    using program = compile();
    await expect(readSymbolFile(await put('cut', execFileSync('head', ['-c', '9000', program.path])))).rejects.toMatchObject({ code: 'SYMBOLS_UNREADABLE', message: expect.stringContaining('it is cut off') as string });
  });

  it.each([
    ['an empty file', '', 'it is empty'],
    ['text', 'hello\n', 'neither a System.map nor an ELF file'],
    ['a boot image', 'MZ\0\0PE\0\0', 'neither a System.map nor an ELF file'],
    ['the placeholder of Debian', 'ffffffffffffffff B The real System.map is in the linux-image-6.1.0-50-amd64-dbg package\n', 'it only says that the real one is in the package linux-image-6.1.0-50-amd64-dbg'],
    ['hidden addresses', '0000000000000000 T _text\n0000000000000000 T schedule\n', 'the kernel hides them'],
    ['data alone', 'ffffffff81000000 D data\n', 'it names no function'],
    ['a map with something else in it', `${map}what is this?\n`, 'line 4 is no line of a System.map: "what is this?"'],
  ])('of %s holds none', async (what, content, why) => {
    await expect(readSymbolFile(await put('none', content)), what).rejects.toMatchObject({ code: 'SYMBOLS_NONE', message: expect.stringContaining(why) as string });
  });

  it('that is stripped or not linked holds none', async () => {
    using program = compile();
    execFileSync('strip', [program.path]);
    await expect(readSymbolFile(program.path)).rejects.toMatchObject({ code: 'SYMBOLS_NONE', message: expect.stringContaining('stripped') as string });
    using part = compile('-c');
    await expect(readSymbolFile(part.path)).rejects.toMatchObject({ code: 'SYMBOLS_NONE', message: expect.stringContaining('linked only when it is loaded') as string });
  });

  it('of another architecture is refused', async () => {
    using program = compile();
    await expect(readSymbols(program.path, 'vmlinux', arm)).rejects.toMatchObject({ code: 'SYMBOLS_WRONG_ARCH', message: 'the symbols in vmlinux are of another architecture than arm (ELF machine 62, expected 40)' });
    await expect(readSymbols(await put('wide', map), 'System.map', arm)).rejects.toMatchObject({ code: 'SYMBOLS_WRONG_ARCH', message: expect.stringContaining('its addresses have 64 bits') as string });
    await expect(readSymbols(await put('narrow', 'c0008000 T _text\nc0009000 D x\n'), 'System.map', x86)).rejects.toMatchObject({ code: 'SYMBOLS_WRONG_ARCH' });
  });
});
