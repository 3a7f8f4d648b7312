// The symbols of a kernel, against what a real one prints; and a run whose console comes from a kernel without names.
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSymbolFile } from '../../src/run/symbols.ts';
import { compileKernel } from '../unit/symbols/kernel-program.ts';
import { cellOf, createProject, scriptCase, type Project } from './project.ts';

const kernel = await readFile(fileURLToPath(new URL('../../kernels/6.1.yaml', import.meta.url)), 'utf8');
const still = `${kernel}cmdline: [nokaslr]\n`;
const crash = scriptCase('dead', 'echo c >/proc/sysrq-trigger');
const named = /(?<![\w.$])([a-zA-Z_$][\w$.]*)\+0x([0-9a-f]+)\/0x[0-9a-f]+/g;

/** Boots by QEMU, and takes the names out of what the kernel prints. */
const boot = `#!/bin/sh
qemu-system-aarch64 -name "$KIT_TEST_NAME" -machine virt -cpu cortex-a72 -m "$KIT_TEST_MEMORY" -nodefaults -display none -no-reboot -kernel "$1" -initrd "$2" -append "$3" -serial stdio | node nameless.mjs
`;
const nameless = `import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const places = new Map(readFileSync('kallsyms', 'utf8').split('\\n').map((line) => line.split(/\\s/)).map(([address, , name]) => [name, address]));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(line.replace(${String(named)}, (whole, name, offset) => places.has(name) ? '0x' + (BigInt('0x' + places.get(name)) + BigInt('0x' + offset)).toString(16) : whole));
}
`;

let project: Project;
let kallsyms: string;
beforeAll(async () => {
  project = await createProject({ 'kernels/6.1.yaml': still, ...crash, ...scriptCase('symbols', 'cat /proc/kallsyms >/tmp/kallsyms; echo 9 >/proc/sysrq-trigger; echo l >/proc/sysrq-trigger; echo t >/proc/sysrq-trigger; sleep 1', 'artifacts: [/tmp/kallsyms]') });
  expect(await project.run(['run', 'symbols'])).toMatchObject({ code: 0 });
  kallsyms = await project.read('.kit-test/runs/latest/cells/symbols+6.1+aarch64/artifacts/tmp/kallsyms');
}, 300_000);
afterAll(() => project[Symbol.asyncDispose]());

describe('symbols', () => {
  it('name addresses as the kernel itself names them', async () => {
    await project.write({ kallsyms });
    await using file = await openSymbolFile(join(project.folder, 'kallsyms'));
    const { symbols } = file;
    const console = await project.read('.kit-test/runs/latest/cells/symbols+6.1+aarch64/console.log');
    const printed = [...new Set([...console.matchAll(named)].map(([whole]) => whole))];
    expect(printed.length).toBeGreaterThan(30);
    const wrong = printed.filter((text) => {
      const [, name = '', offset = ''] = [...text.matchAll(named)][0] ?? [];
      const place = symbols.find(name);
      // Several functions may have one name: then nothing can be compared.
      return place !== undefined && symbols.name(place + BigInt(`0x${offset}`))?.replace(/ \[.*/, '') !== text;
    });
    expect(wrong).toEqual([]);
  });

  it('of the kernel are what a run reads its crash reports by', async () => {
    await project.write({
      'boot.sh': boot, 'nameless.mjs': nameless, kallsyms, 'kernels/kallsyms.gz': gzipSync(kallsyms),
      'harness.config.ts': `export default { matrix: { kernels: ['6.1'], arch: ['aarch64'] }, tcgScale: 1, runner: { type: 'exec', command: ['./boot.sh', '{kernel}', '{initrd}', '{cmdline}'] } };\n`,
    });
    await chmod(join(project.folder, 'boot.sh'), 0o755);
    const attempt = async () => {
      const outcome = await project.run(['run', 'dead']);
      expect(outcome).toMatchObject({ code: 1 });
      const { attempts: [last] } = cellOf(await project.report(), 'dead');
      return last;
    };
    const title = 'kernel panic: sysrq triggered crash';
    expect(await attempt()).toMatchObject({ verdict: { kind: 'crash', title }, crashes: [{ corrupted: true }] });
    await project.write({ 'kernels/6.1.yaml': `${still}symbols: { arm64: kallsyms.gz }\n` });
    const read = await attempt();
    expect(read).toMatchObject({ verdict: { kind: 'crash', title }, crashes: [{ title }] });
    expect(read.crashes?.[0]).not.toHaveProperty('corrupted');
    expect(read.excerpt.map(({ text }) => text).join('\n')).toMatch(/ sysrq_handle_crash\+0x[0-9a-f]+\/0x/);
    const console = await project.read('.kit-test/runs/latest/cells/dead+6.1+aarch64/console.log');
    expect(console).toMatch(/ 0xffff[0-9a-f]{12}\r?\n/);
    expect(console).not.toContain('sysrq_handle_crash+');
  });

  it('with debug information tell file and line in every report', async () => {
    using program = compileKernel();
    await using other = await createProject({
      'harness.config.ts': `export default { matrix: { kernels: ['6.1'], arch: ['x86_64'] }, runner: { type: 'exec', command: ['cat', 'console.log'] } };\n`,
      'console.log': program.nameless, ...scriptCase('reads', 'true'), 'kernels/6.1.yaml': `${kernel}symbols: ${program.path}\n`,
    });
    const outcome = await other.run(['run', 'reads']);
    const title = 'BUG: unable to handle kernel NULL pointer dereference in broken_read';
    expect(outcome).toMatchObject({ code: 1, stdout: expect.stringContaining(`${title} (fs/broken.c:6): 1 cell`) as string });
    const report = await other.report();
    expect(cellOf(report, 'reads').attempts[0]).toMatchObject({ verdict: { kind: 'crash', title }, crashes: [{ function: 'broken_read', source: 'fs/broken.c:6' }] });
    expect(report.crashes).toMatchObject([{ title, source: 'fs/broken.c:6' }]);
  });

  it('that are wrong are our side\'s error, before anything boots', async () => {
    await using other = await createProject(crash);
    const verdict = async (symbols: string) => {
      await other.write({ 'kernels/6.1.yaml': `${kernel}symbols: ${symbols}\n`, 'kernels/placeholder': 'ffffffffffffffff B The real System.map is in the linux-image-6.1-dbg package\n', 'kernels/narrow': 'c0008000 T _text\nc0009000 D _etext\n' });
      const { code } = await other.run(['run', 'dead']);
      return { code, ...cellOf(await other.report(), 'dead').verdict };
    };
    expect(await verdict('gone')).toMatchObject({ code: 3, kind: 'error', stage: 'kernel', reason: `kernel 6.1: the symbols in ${join(other.folder, 'kernels/gone')} cannot be read: it does not exist` });
    expect(await verdict('placeholder')).toMatchObject({ code: 3, kind: 'error', reason: expect.stringContaining('the real one is in the package linux-image-6.1-dbg') as string });
    expect(await verdict('narrow')).toMatchObject({ code: 3, kind: 'error', reason: expect.stringContaining('of another architecture than aarch64') as string });
    await other.write({ 'kernels/6.1.yaml': `${kernel}symbols: { arm46: x, amd64: { url: ftp://x, sha256: 12 } }\n`, 'kernels/6.12.yaml': kernel.replace('6.1', '6.12').replace(/^/, 'symbols: 3\n') });
    const outcome = await other.run(['run', 'dead']);
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toContain('symbols.amd64.url\n  error expected an http or https URL, got "ftp://x"');
    expect(outcome.stderr).toContain('symbols\n  error expected a string or a mapping, got 3');
    await other.write({ 'kernels/6.1.yaml': `${kernel}symbols: { arm46: x, riscv64: y, amd64: z }\n`, 'kernels/6.12.yaml': kernel });
    expect(await other.run(['run', 'dead'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/kernels\/6\.1\.yaml:10:12 symbols\.arm46\n {2}error unknown architecture "arm46"/) as string });
  });
});
