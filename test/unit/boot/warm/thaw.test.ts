import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadArchs } from '../../../../src/arch/index.ts';
import { thawLine, thawProgram } from '../../../../src/boot/warm/thaw.ts';
import { findProgram } from '../../../../src/sys/programs.ts';

const archs = await loadArchs();
let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'kit-test-thaw-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(archs)('the program that wakes a guest of $name', (arch) => {
  const assembler = `${arch.multiarch}-as`;
  it.skipIf(findProgram(assembler) === undefined)('is what the assembler makes of its source', () => {
    const [object, code] = [join(folder, 'thaw.o'), join(folder, 'thaw.bin')];
    execFileSync(assembler, ['-o', object, fileURLToPath(new URL(`../../../../src/boot/warm/thaw.${arch.name}.S`, import.meta.url))]);
    execFileSync(`${arch.multiarch}-objcopy`, ['-O', 'binary', '-j', '.text', object, code]);
    expect(arch.thaw.code).toBe(readFileSync(code).toString('hex'));
  });

  it.skipIf(findProgram('readelf') === undefined)('is an ELF file of that machine that begins with its code', () => {
    const path = join(folder, 'thaw');
    const program = thawProgram(arch);
    writeFileSync(path, program);
    const text = execFileSync('readelf', ['-W', '-h', '-l', path], { encoding: 'utf8' });
    expect(text).toContain(`ELF${arch.thaw.bits}`);
    expect(text).toMatch(/GNU_STACK .* RW /);
    const entry = Number(/Entry point address:\s+(0x[0-9a-f]+)/.exec(text)?.[1]);
    const address = Number(/LOAD\s+0x0+ (0x[0-9a-f]+)/.exec(text)?.[1]);
    expect(program.readUInt16LE(18)).toBe(arch.elfMachine);
    expect(program.subarray(entry - address).toString('hex')).toBe(arch.thaw.code);
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
