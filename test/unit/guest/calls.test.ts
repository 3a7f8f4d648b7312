import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadArchs } from '../../../src/arch/index.ts';
import { callsProgram, encodeCalls, type Call } from '../../../src/guest/calls.ts';
import { findProgram } from '../../../src/sys/programs.ts';

const archs = await loadArchs();
let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'kit-test-calls-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const calls: readonly Call[] = [
  { name: 'mount', args: ['/dev/vdb', '/mnt', 'erofs', 1], status: 14 },
  { name: 'mkdirat', args: [-100, '/somewhere', 0o755] },
  { name: 'enter', args: ['/init'] },
];

describe.each(archs)('the program that makes calls in a guest of $name', (arch) => {
  const assembler = `${arch.multiarch}-as`;
  it.skipIf(findProgram(assembler) === undefined)('is what the assembler makes of its source', () => {
    const [object, linked, code] = [join(folder, 'calls.o'), join(folder, 'calls.elf'), join(folder, 'calls.bin')];
    execFileSync(assembler, ['-o', object, fileURLToPath(new URL(`../../../src/arch/calls/${arch.name}.S`, import.meta.url))]);
    execFileSync(`${arch.multiarch}-ld`, ['-Ttext=0x10000', '-o', linked, object]);
    execFileSync(`${arch.multiarch}-objcopy`, ['-O', 'binary', '-j', '.text', linked, code]);
    expect(arch.calls.code).toBe(readFileSync(code).toString('hex'));
  });

  it.skipIf(findProgram('readelf') === undefined)('is an ELF file of that machine: its code where it is entered, its list where the code looks for it, and room behind', () => {
    const path = join(folder, 'calls');
    const program = callsProgram(calls, arch);
    writeFileSync(path, program);
    const text = execFileSync('readelf', ['-W', '-h', '-l', path], { encoding: 'utf8' });
    expect(text).not.toMatch(/warning|error/i);
    expect(text).toContain(`ELF${arch.calls.bits}`);
    expect(text).toMatch(/GNU_STACK .* RW /);
    const entry = Number(/Entry point address:\s+(0x[0-9a-f]+)/.exec(text)?.[1]);
    const [, offset, address, bytes, room] = (/LOAD\s+(0x0+) (0x[0-9a-f]+) 0x[0-9a-f]+ (0x[0-9a-f]+) (0x[0-9a-f]+) RWE/.exec(text) ?? []).map(Number);
    expect([offset, address, bytes, room]).toEqual([0, 0x10000, program.length, 0x4000]);
    expect(program.readUInt16LE(18)).toBe(arch.elfMachine);
    expect(program.subarray(entry - 0x10000).toString('hex')).toMatch(new RegExp(`^${arch.calls.code}`));
    expect(program.subarray(0x1000).equals(encodeCalls(calls, arch.calls))).toBe(true);
  });
});

describe.each(archs)('calls of $name', ({ calls: abi }) => {
  const word = abi.bits / 8;
  const read = (bytes: Buffer, offset: number): number => (word === 8 ? Number(bytes.readBigInt64LE(offset)) : bytes.readInt32LE(offset));
  const text = (bytes: Buffer, address = 0): string => bytes.toString('latin1', address - 0x11000, bytes.indexOf(0, address - 0x11000));

  it('are records of eight words, with the texts that they name behind them', () => {
    const bytes = encodeCalls(calls, abi);
    const record = (index: number): readonly number[] => Array.from({ length: 8 }, (_, each) => read(bytes, (index * 8 + each) * word));
    const [number, source, target, type, flags, data, status] = record(0);
    expect([number, text(bytes, source), text(bytes, target), text(bytes, type), flags, data, status]).toEqual([abi.numbers.mount, '/dev/vdb', '/mnt', 'erofs', 1, 0, 14]);
    expect(record(1)).toEqual([abi.numbers.mkdirat, -100, expect.any(Number), 0o755, 0, 0, 0, 0]);
    const [last, path] = record(2);
    expect([last, text(bytes, path)]).toEqual([-1, '/init']);
  });

  it('that have no room are refused', () => {
    expect(() => encodeCalls([{ name: 'chdir', args: ['x'.repeat(8192)] }], abi)).toThrow('1 calls take');
  });
});

// What the host can run is run: the calls are made, and in their order.
describe.skipIf(process.arch !== 'x64')('a program of calls', () => {
  const x86_64 = archs.find(({ name }) => name === 'x86_64');
  const run = (list: readonly Call[], ...words: readonly string[]): string => {
    const path = join(folder, 'run');
    if (x86_64 !== undefined) writeFileSync(path, callsProgram(list, x86_64), { mode: 0o755 });
    return execFileSync(path, words, { encoding: 'utf8', env: { GREETING: 'hello' } });
  };
  const say = (words: string): Call => ({ name: 'write', args: [1, words, words.length] });

  it('makes them one after the other, whether they fail or not', () => {
    expect(run([say('one\n'), { name: 'chdir', args: ['/nowhere'] }, say('two\n'), { name: 'exit', args: [0] }])).toBe('one\ntwo\n');
  });

  it('ends with the status of a call that must not fail', () => {
    expect(() => run([{ name: 'chdir', args: ['/nowhere'], status: 18 }, { name: 'exit', args: [0] }])).toThrow(expect.objectContaining({ status: 18 }));
  });

  it('enters another program with its own arguments and environment', () => {
    expect(run([{ name: 'enter', args: ['/bin/sh'] }], '-c', 'echo "$0 $1 $GREETING"', 'zero', 'one')).toBe('zero one hello\n');
  });
});
