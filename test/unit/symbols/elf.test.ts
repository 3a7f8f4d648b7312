// The symbol table of ELF files, against the compiler's own and nm's reading of it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ElfError, readElf, type ElfSymbols } from '../../../src/symbols/elf.ts';
import { readMap } from '../../../src/symbols/map.ts';
import { bigEndian } from './big-endian.ts';
import { compile } from './program.ts';

const readBytes = (bytes: Buffer): Promise<ElfSymbols> => readElf((offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)));
const sketch = ({ symbols }: Pick<ElfSymbols, 'symbols'>): readonly string[] => symbols.map(({ address, name, code, weak }) => `${address.toString(16)} ${name}${code ? ' code' : ''}${weak ? ' weak' : ''}`).sort();

describe('symbols of an ELF file', () => {
  it.each([['64 bits', 62], ['32 bits', 3]])('are those that nm lists, with %s', async (words, machine) => {
    using program = compile(machine === 3 ? '-m32' : '-m64');
    const elf = await readBytes(readFileSync(program.path));
    expect(elf).toMatchObject({ machine, linked: true, debug: true });
    expect(sketch(elf)).toEqual(sketch(readMap(program.map)));
    expect(sketch(elf).filter((line) => line.includes('code')).length, words).toBe(5);
    expect(elf.symbols.find(({ name }) => name === 'both')?.size).toBeGreaterThan(4n);
  });

  it('are the same in the other byte order', async () => {
    for (const flag of ['-m64', '-m32']) {
      using program = compile(flag);
      const bytes = readFileSync(program.path);
      expect(await readBytes(bigEndian(bytes))).toEqual(await readBytes(bytes));
    }
  });

  it('are none in a stripped file, and no source lines without debug information', async () => {
    using program = compile();
    execFileSync('strip', ['--strip-debug', program.path]);
    expect(await readBytes(readFileSync(program.path))).toMatchObject({ debug: false, symbols: expect.arrayContaining([expect.objectContaining({ name: 'both' })]) as unknown });
    execFileSync('strip', [program.path]);
    expect(await readBytes(readFileSync(program.path))).toMatchObject({ debug: false, symbols: [] });
  });

  it('of a file for linking are told apart', async () => {
    using program = compile('-c');
    expect(await readBytes(readFileSync(program.path))).toMatchObject({ linked: false });
  });

  it('end in a clear error wherever the file is cut or damaged', async () => {
    using program = compile();
    const bytes = readFileSync(program.path);
    await expect(readBytes(Buffer.from('no elf at all, but long enough to be one, if there were not its first bytes'))).rejects.toThrow(ElfError);
    for (let length = 0; length < bytes.length; length += 97) await expect(readBytes(bytes.subarray(0, length))).rejects.toThrow(ElfError);
    for (let at = 0; at < 64; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged.fill(0xff, at, at + 2);
      await readBytes(damaged).catch((error: unknown) => { expect(error).toBeInstanceOf(ElfError); });
    }
  });
});
