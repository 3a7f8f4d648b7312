// Cells booted by a script of the user's kind, which drives real QEMU: verdicts, limits, interruption, clean-up.
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/model/report.ts';
import { verdictReason } from '../../src/model/verdict.ts';
import { cellOf, createProject, processesWith, scriptCase, type Outcome, type Project } from './project.ts';

const boot = `#!/bin/sh
# What somebody writes for a lab: boots the files, prints the console.
echo "booting $KIT_TEST_CELL as $KIT_TEST_NAME with $LAB_TOKEN" >&2
case $KIT_TEST_CELL in
    no-quota/*) echo "no quota left for $LAB_TOKEN" >&2; exit 3 ;;
    ends-early/*) echo "Linux version 6.1"; exit 0 ;;
esac
qemu-system-aarch64 -name "$KIT_TEST_NAME" -machine virt -cpu cortex-a72 -m "$KIT_TEST_MEMORY" -smp "$KIT_TEST_CPUS" -nodefaults -display none -no-reboot -kernel "$1" -initrd "$2" -append "$3" -serial stdio
case $KIT_TEST_CELL in exits-badly/*) exit 255 ;; esac
`;
const cleanup = '#!/bin/sh\n[ "$1" = "$KIT_TEST_NAME" ] && echo "$KIT_TEST_CELL" >>cleaned\n';
const config = (more = ''): string => `export default { matrix: { kernels: ['6.1'], arch: ['aarch64'] }, runner: { type: 'exec', command: ['./boot.sh', '{kernel}', '{initrd}', '{cmdline}'], cleanup: ['./cleanup.sh', '{name}'] ${more} } };\n`;

const files = {
  'harness.config.ts': config(),
  'boot.sh': boot,
  'cleanup.sh': cleanup,
  ...scriptCase('passes', 'echo fine'),
  ...scriptCase('exits-badly', 'echo fine'),
  ...scriptCase('fails', 'exit 7'),
  ...scriptCase('panics', 'echo c >/proc/sysrq-trigger'),
  ...scriptCase('hangs', 'sleep 1000', 'timeouts: { total: 20s }'),
  ...scriptCase('no-quota', 'true'),
  ...scriptCase('ends-early', 'true'),
  ...scriptCase('asks-a-port', 'true', 'probe: { http: { port: 80 } }'),
  ...scriptCase('asks-a-program', 'true', 'probe: { command: ["true"] }\nartifacts: [/etc/hostname]'),
};

let project: Project;
let outcome: Outcome;
let report: RunReport;
beforeAll(async () => {
  project = await createProject(files);
  for (const name of ['boot.sh', 'cleanup.sh']) await chmod(join(project.folder, name), 0o755);
  outcome = await project.run(['run', '--matrix', '--jobs', '1'], { LAB_TOKEN: 'hunter2-hunter2' });
  report = await project.report();
});
afterAll(() => project[Symbol.asyncDispose]());

describe('a runner', () => {
  it.each<[string, string, RegExp]>([
    ['passes', 'pass', /^$/],
    ['exits-badly', 'pass', /^$/],
    ['asks-a-program', 'pass', /^$/],
    ['fails', 'fail', /^1 result failed: run \(exit=7\)$/],
    ['panics', 'crash', /^kernel panic: sysrq triggered crash$/],
    ['hangs', 'timeout', /^not finished after 20\.0s in user space/],
    ['no-quota', 'error', /^boot\.sh exited with status 3: no quota left for \*\*\*$/],
    ['ends-early', 'fail', /^missing evidence: no KTAP on the console$/],
    ['asks-a-port', 'skip', /^its probes ask ports of the guest \(80\)/],
  ])('gives %s the verdict %s', (name, kind, reason) => {
    const { verdict } = cellOf(report, name);
    expect([verdict.kind, verdictReason(verdict)]).toEqual([kind, expect.stringMatching(reason)]);
  });

  it('cleans up once after every boot', async () => {
    const cleaned = (await project.read('cleaned')).trim().split('\n').sort();
    expect(cleaned).toEqual(report.cells.filter(({ verdict }) => verdict.kind !== 'skip').map(({ id }) => id).sort());
    expect(await processesWith('kit-test-hangs')).toEqual([]);
  });

  it('shows no secret of the environment, and needs no QEMU of ours', async () => {
    const texts = await Promise.all(['report.json', 'events.ndjson', 'junit.xml', 'cells/passes+6.1+aarch64/qemu.cmd', 'cells/no-quota+6.1+aarch64/console.log'].map((name) => readFile(join(project.folder, '.kit-test/runs/latest', name), 'utf8')));
    for (const text of [...texts, outcome.stdout, outcome.stderr]) expect(text).not.toContain('hunter2');
    expect(report.host.qemu).toEqual({});
    expect(cellOf(report, 'passes').attempts[0].accel).toBeUndefined();
  });

  it('is ended in order when the run is interrupted, and cleaned up after', async () => {
    const { child, ended } = project.start(['run', 'hangs', '--kernel', '6.1']);
    while ((await processesWith('kit-test-hangs')).length === 0) await sleep(100);
    const before = await project.read('cleaned');
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(await processesWith('kit-test-hangs')).toEqual([]);
    expect((await project.read('cleaned')).slice(before.length)).toBe('hangs/6.1/aarch64\n');
  });

  it('is ended and cleaned up after when the harness is killed', async () => {
    const before = await project.read('cleaned');
    const { child, ended } = project.start(['run', 'hangs', '--kernel', '6.1']);
    while ((await processesWith('kit-test-hangs')).length === 0) await sleep(100);
    child.kill('SIGKILL');
    await ended;
    while ((await processesWith('kit-test-hangs')).length > 0 || (await project.read('cleaned')) === before) await sleep(100);
    expect((await project.read('cleaned')).slice(before.length)).toBe('hangs/6.1/aarch64\n');
  });

  it('that does not exist is our error, and one for another architecture leaves QEMU its work', async () => {
    await project.write({ 'harness.config.ts': `export default { matrix: { kernels: ['6.1'], arch: ['aarch64'] }, runner: { type: 'exec', command: ['./none.sh'] } };\n` });
    await project.run(['run', 'passes', '--kernel', '6.1']);
    expect(cellOf(await project.report(), 'passes').verdict).toMatchObject({ kind: 'error', stage: 'boot', reason: expect.stringMatching(/^cannot start the runner .*none\.sh: there is no such program$/) as string, hint: expect.stringContaining('runner.command') as string });
    await project.write({ 'harness.config.ts': config(`, arch: ['arm']`) });
    await project.run(['run', 'passes', '--kernel', '6.1', '--accel', 'tcg']);
    expect(cellOf(await project.report(), 'passes').attempts[0]).toMatchObject({ verdict: { kind: 'pass' }, accel: 'tcg' });
  });

  it('is given an ISO or a disk where it asks for that format', async () => {
    await project.write({
      'harness.config.ts': config(`, format: 'iso-efi'`).replace(`'{kernel}', '{initrd}', '{cmdline}'`, `'{image}'`),
      'boot.sh': '#!/bin/sh\nexec qemu-system-aarch64 -machine virt -cpu cortex-a72 -m 1024 -nodefaults -display none -no-reboot -bios /usr/share/qemu-efi-aarch64/QEMU_EFI.fd -drive if=none,id=iso,format=raw,readonly=on,file="$1" -device virtio-blk-pci,drive=iso -serial stdio\n',
    });
    await project.run(['run', 'passes', '--kernel', '6.1']);
    expect(cellOf(await project.report(), 'passes').verdict).toEqual({ kind: 'pass' });
    await project.write({ 'boot.sh': boot });
  });

  it('tells of words it cannot fill', async () => {
    await project.write({ 'harness.config.ts': config().replace('{kernel}', '{image}') });
    await project.run(['run', 'passes', '--kernel', '6.1']);
    expect(cellOf(await project.report(), 'passes').verdict).toMatchObject({ kind: 'error', reason: 'the runner asks for {image}, but the format kernel+initrd makes no such file' });
  });
});
