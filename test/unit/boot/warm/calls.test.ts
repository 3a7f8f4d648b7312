import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadArchs } from '../../../../src/arch/index.ts';
import { callsProgram, encodeCalls, enterPayload, silence, thawLine } from '../../../../src/boot/warm/calls.ts';
import { findProgram } from '../../../../src/sys/programs.ts';

const archs = await loadArchs();
let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'kit-test-calls-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(archs)('the program that makes calls in a guest of $name', (arch) => {
  const assembler = `${arch.multiarch}-as`;
  it.skipIf(findProgram(assembler) === undefined)('is what the assembler makes of its source', () => {
    const [object, linked, code] = [join(folder, 'calls.o'), join(folder, 'calls.elf'), join(folder, 'calls.bin')];
    execFileSync(assembler, ['-o', object, fileURLToPath(new URL(`../../../../src/boot/warm/calls.${arch.name}.S`, import.meta.url))]);
    execFileSync(`${arch.multiarch}-ld`, ['-Ttext=0x10000', '-o', linked, object]);
    execFileSync(`${arch.multiarch}-objcopy`, ['-O', 'binary', '-j', '.text', linked, code]);
    expect(arch.calls.code).toBe(readFileSync(code).toString('hex'));
  });

  it.skipIf(findProgram('readelf') === undefined)('is an ELF file of that machine that begins with its code', () => {
    const path = join(folder, 'calls');
    const program = callsProgram(arch);
    writeFileSync(path, program);
    const text = execFileSync('readelf', ['-W', '-h', '-l', path], { encoding: 'utf8' });
    expect(text).toContain(`ELF${arch.calls.bits}`);
    expect(text).toMatch(/GNU_STACK .* RW /);
    const entry = Number(/Entry point address:\s+(0x[0-9a-f]+)/.exec(text)?.[1]);
    const address = Number(/LOAD\s+0x0+ (0x[0-9a-f]+)/.exec(text)?.[1]);
    expect(program.readUInt16LE(18)).toBe(arch.elfMachine);
    expect(program.subarray(entry - address).toString('hex')).toBe(arch.calls.code);
  });
});

describe.each(archs)('calls of $name', (arch) => {
  const word = arch.calls.bits / 8;
  const read = (bytes: Buffer, offset: number): number => (word === 8 ? Number(bytes.readBigInt64LE(offset)) : bytes.readInt32LE(offset));
  const text = (bytes: Buffer, address: number): string => bytes.toString('latin1', address - 0x12000, bytes.indexOf(0, address - 0x12000));

  it('are records of eight words, with the texts that they name behind them', () => {
    const calls = enterPayload('/dev/vdb', 'erofs');
    const bytes = encodeCalls(calls, arch);
    const record = (index: number): readonly number[] => Array.from({ length: 8 }, (_, each) => read(bytes, (index * 8 + each) * word));
    const mount = calls.findIndex(({ args }) => args[0] === '/dev/vdb');
    const [number, source = 0, target = 0, type = 0, flags, data, status] = record(mount);
    expect([number, text(bytes, source), text(bytes, target), text(bytes, type), flags, data, status]).toEqual([arch.calls.numbers.mount, '/dev/vdb', '/layers/lower', 'erofs', 1, 0, 14]);
    const [last, path = 0] = record(calls.length - 1);
    expect([last, text(bytes, path)]).toEqual([-1, '/init']);
  });

  it('end the program where there is nothing to enter', () => {
    const bytes = encodeCalls(silence, arch);
    expect([read(bytes, 0), read(bytes, 8 * word), read(bytes, 9 * word)]).toEqual([arch.calls.numbers.syslog, arch.calls.numbers.exit, 0]);
  });

  it('that a guest would not read to their end are refused', () => {
    expect(() => encodeCalls(enterPayload(`/dev/${'x'.repeat(4096)}`, 'erofs'), arch)).toThrow('4096');
  });
});

describe('the line that wakes a guest', () => {
  it('says the time and the random bytes in escapes of printf', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4e12 }), fc.uint8Array({ minLength: 32, maxLength: 32 }), (now, random) => {
      const bytes = execFormat(thawLine(now, random));
      expect(bytes.length).toBe(56);
      expect(bytes.readBigInt64LE(0) * 1000n + bytes.readBigInt64LE(8) / 1_000_000n).toBe(BigInt(now));
      expect([bytes.readInt32LE(16), bytes.readInt32LE(20)]).toEqual([8 * random.length, random.length]);
      expect(bytes.subarray(24).equals(Buffer.from(random))).toBe(true);
    }));
  });

  it('is read by printf(1) as that', () => {
    const line = thawLine(1_234_567, new Uint8Array(32).fill(200)).trimEnd();
    expect(execFileSync('printf', [line]).equals(execFormat(line))).toBe(true);
  });

  it('fits into the line that a terminal takes', () => {
    expect(thawLine(Date.now(), new Uint8Array(32)).length).toBeLessThan(256);
  });
});

const execFormat = (line: string): Buffer => Buffer.from([...line.matchAll(/\\(\d{3})/g)].map(([, octal]) => Number.parseInt(octal ?? '', 8)));
