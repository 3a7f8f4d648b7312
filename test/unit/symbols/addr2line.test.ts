// File and line of addresses, by the machine's addr2line on programs that its compiler made.
import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { createSourceFinder } from '../../../src/run/crash-sources.ts';
import { readAnswer } from '../../../src/symbols/addr2line.ts';
import { readSymbols, type SymbolFile } from '../../../src/symbols/read.ts';
import { compileKernel } from './kernel-program.ts';

const path = process.env['PATH'];
afterEach(() => { process.env['PATH'] = path; });
const fileOf = (program: { readonly path: string }): Promise<SymbolFile> => readSymbols(program.path, 'vmlinux');

describe('the source of an address', () => {
  it('is the line in the function that exists, not in what was inlined there, without the folders of the machine that built it', async () => {
    using program = compileKernel();
    const sourceOf = createSourceFinder(await fileOf(program));
    expect(await sourceOf(program.pc)).toBe('fs/broken.c:6');
    expect(await sourceOf(program.pc - 0x20n)).toBe('init/main.c:2');
  });

  it('is unknown where no function lies, where there is no debug information, and where no program can tell', async () => {
    using program = compileKernel();
    const file = await fileOf(program);
    expect(await createSourceFinder(file)(0x10n)).toBeUndefined();
    process.env['PATH'] = '/nowhere';
    expect(await createSourceFinder(file)(program.pc)).toBeUndefined();
    process.env['PATH'] = path;
    execFileSync('strip', ['--strip-debug', program.path]);
    expect(await createSourceFinder(await fileOf(program))(program.pc)).toBeUndefined();
  });

  it('is not waited for longer than a limit, nor asked for again after it', async () => {
    using program = compileKernel();
    const slow = createSourceFinder(await fileOf(program), 0);
    expect(await slow(program.pc)).toBeUndefined();
    expect(await slow(program.pc - 0x20n)).toBeUndefined();
    const stopped = createSourceFinder(await fileOf(program));
    expect(await stopped(program.pc, AbortSignal.abort())).toBeUndefined();
    expect(await stopped(program.pc)).toBe('fs/broken.c:6');
  });
});

describe('what addr2line answers', () => {
  it('is read address by address, the outermost place of each', () => {
    expect(readAnswer('0xffffffff81000020\n/b/include/linux/part.h:3\n/b/fs/my file.c:6 (discriminator 3)\n0x0000000000000010\n??:0\n0xffff\n??:?\n0xc0de\n/b/fs/a.c:?\n')).toEqual(['/b/fs/my file.c:6', undefined, undefined, undefined]);
    expect(readAnswer('')).toEqual([]);
  });
});
