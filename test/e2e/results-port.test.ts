// `results: port`: guests that tell their results over virtio-serial, on kernels that have the driver as a module, built in, or not at all.
import { chmod, copyFile, mkdir, readFile, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ParsedConsole } from '../../src/model/parsed.ts';
import type { CellResult, RunReport } from '../../src/model/report.ts';
import { openGuests, type Guests } from './guest.ts';
import { cellOf, createProject, scriptCase, type Project } from './project.ts';

/** The kernel prints between the parts of each result, and whole lines beside them. */
const noisy = (count: number, words: (number: string) => string): string => [
  'echo 8 >/proc/sys/kernel/printk',
  `echo "KTAP version 1"; echo "1..${count}"`,
  'number=0',
  `while [ $((number += 1)) -le ${count} ]; do`,
  '  echo "<4>before $number" >/dev/kmsg',
  `  printf '%s %d na' "${words('$number')}" $number`,
  '  echo "<4>within $number" >/dev/kmsg',
  '  echo "me$number"',
  'done',
].join('\n');

const oneCell = 'needs: { arch: [aarch64], kernel: "<6.2" }';
const files = {
  'harness.config.ts': "export default { matrix: { kernels: ['6.1', '6.12', 'bare'], arch: ['x86_64', 'aarch64', 'arm'], exclude: ['fails', 'exits', 'tests', 'hangs', 'panics', 'own-init'].map((name) => ({ kernel: 'bare', case: name })) }, accel: 'tcg' };\n",
  ...scriptCase('noisy', noisy(40, () => 'ok'), 'results: port\nexpect: { protocol: ktap, results: 1 }'),
  ...scriptCase('fails', noisy(9, (number) => `$([ ${number} = 7 ] && echo not ok || echo ok)`), `results: port\n${oneCell}`),
  ...scriptCase('exits', `${noisy(3, () => 'ok')}\nexit 3`, `results: port\nexpect: { protocol: ktap, exit: 3 }\n${oneCell}`),
  ...scriptCase('tests', 'echo 8 >/proc/sys/kernel/printk\nfor t in A B C; do echo "=== RUN   Test$t"; printf -- "--- PA"; echo "<4>within" >/dev/kmsg; echo "SS: Test$t (0.00s)"; done; echo PASS', `results: port\nexpect: { protocol: gotest }\n${oneCell}`),
  ...scriptCase('hangs', 'echo "KTAP version 1"; echo "1..2"; echo "ok 1 a"; sleep 1000', `results: port\ntimeouts: { silence: 10s }\n${oneCell}`),
  ...scriptCase('panics', 'echo "KTAP version 1"; echo "1..2"; echo "ok 1 a"; echo c >/proc/sysrq-trigger', `results: port\n${oneCell}`),
  // An init of one's own finds the port by itself.
  'cases/own-init/case.yaml': `summary: writes to the port without builtin:init\nmodules: [virtio_pci, virtio_console]\nresults: port\nexpect: { protocol: ktap }\n${oneCell}\n`,
  'cases/own-init/image.yml': `init: ["apt:busybox-static"]
files:
  - path: init
    mode: "0755"
    contents: |
      #!/bin/busybox sh
      /bin/busybox --install -s /bin
      export PATH=/bin:/sbin:/usr/bin:/usr/sbin
      mkdir -p /dev /proc /sys
      mount -t devtmpfs dev /dev; mount -t proc proc /proc; mount -t sysfs sys /sys
      modprobe -a virtio_pci virtio_console
      until grep -qx org.kit-test.results /sys/class/virtio-ports/*/name; do sleep 0.1; done
      port=$(echo /dev/vport*p1)
      { echo "KTAP version 1"; echo "1..1"; echo "ok 1 by itself"; } >"$port"
      sleep 2
      poweroff -f
`,
};

let guests: Guests;
let project: Project;
let report: RunReport;
let notices: readonly string[];
beforeAll(async () => {
  guests = await openGuests();
  project = await createProject(files);
  // The same kernel without its modules, one of which is the driver.
  await mkdir(join(project.folder, 'bare'));
  await copyFile((await guests.kernel(guests.arch('aarch64'), '6.1')).image, join(project.folder, 'bare/kernel'));
  await project.write({ 'kernels/bare.yaml': 'release: "6.1"\nlabels: [unstable]\nsource: { type: file, path: { aarch64: ../bare/kernel } }\n' });
  const { code, stderr } = await project.run(['run', '--matrix', '--jobs', '2']);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  report = await project.report();
  notices = (await project.events()).flatMap((event) => (event.kind === 'notice' ? [event.message] : []));
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
  await guests.dispose();
});

const cell = (name: string, place: string): CellResult => cellOf(report, name, place);
const stored = (path: string): Promise<string> => project.read(`.kit-test/runs/latest/${path}`);
const parsed = async (path: string, ...words: readonly string[]): Promise<ParsedConsole> =>
  JSON.parse((await project.run(['parse', '--format', 'ndjson', ...words, path])).stdout) as ParsedConsole;

describe.each(['6.1/x86_64', '6.1/aarch64', '6.1/arm', '6.12/x86_64', '6.12/aarch64', '6.12/arm'])('on %s', (place) => {
  it('results come whole over the port, while the console stays as it is', async () => {
    const { verdict, attempts: [{ resultsLog = '', console = '', results }] } = cell('noisy', place);
    expect(verdict).toEqual({ kind: 'pass' });
    expect(results[0]?.children.map(({ name, status }) => [name, status])).toEqual(Array.from({ length: 40 }, (_, index) => [`name${index + 1}`, 'pass']));
    const lines = ['KTAP version 1', '1..1', '  KTAP version 1', '  1..40', ...Array.from({ length: 40 }, (_, index) => `  ok ${index + 1} name${index + 1}`), 'ok 1 run'];
    expect(await stored(resultsLog)).toBe(['kit-test: results 1', ...lines, 'kit-test: end of results', ''].join('\n'));
    const shown = await stored(console);
    expect(shown).toMatch(/^\[.*within 40\r?$/m);
    expect(shown).toMatch(/^Moby test suite PASSED\r?$/m);
  });

  it('the saved ones are judged the same', async () => {
    const { id, attempts: [{ console = '', results }] } = cell('noisy', place);
    const path = `.kit-test/runs/latest/${console}`;
    const { verdict, results: counts, findings } = await parsed(path);
    expect([id, verdict, counts]).toMatchObject([id, 'pass', { status: 'pass', passed: 40, errors: 0 }]);
    expect(findings.flatMap((finding) => (finding.kind === 'results' ? finding.results : []))).toEqual(results);
    expect(await parsed(path, '--case', 'noisy')).toMatchObject({ verdict: 'pass', notJudged: [] });
  });
});

describe('results over a port', () => {
  const place = '6.1/aarch64';

  it('fail a cell, with the lines of the console around the one that failed', () => {
    const { verdict, attempts: [{ excerpt }] } = cell('fails', place);
    expect(verdict).toMatchObject({ kind: 'fail', reason: '1 result failed: run › name7' });
    expect(excerpt.map(({ text }) => text).join('\n')).toMatch(/not ok 7/);
  });

  it('tell the exit status, and those of a suite', () => {
    expect([cell('exits', place).verdict, cell('tests', place).verdict]).toEqual([{ kind: 'pass' }, { kind: 'pass' }]);
    expect(cell('tests', place).attempts[0].results.map(({ name }) => name)).toEqual(['TestA', 'TestB', 'TestC']);
  });

  it('leave a guest that hangs or crashes what it is', () => {
    expect(cell('hangs', place).verdict).toMatchObject({ kind: 'timeout', phase: 'silence', reason: expect.stringContaining('after or during test "a"') as string });
    expect(cell('panics', place).verdict).toMatchObject({ kind: 'crash', title: 'kernel panic: sysrq triggered crash' });
  });

  it('may come from an init of the user', async () => {
    const { verdict, attempts: [{ resultsLog = '', results }] } = cell('own-init', place);
    expect([verdict, results.map(({ name }) => name)]).toEqual([{ kind: 'pass' }, ['by itself']]);
    expect(await stored(resultsLog)).toBe('KTAP version 1\n1..1\nok 1 by itself\n');
  });

  it('come over the console where the kernel has no driver, with a line that says so', async () => {
    const { verdict, attempts: [{ console = '', resultsLog }] } = cell('noisy', 'bare/aarch64');
    expect([verdict, resultsLog]).toEqual([{ kind: 'pass' }, undefined]);
    expect(await stored(console)).toMatch(/^# kit-test: there is no port org\.kit-test\.results: results come over the console alone\r?$/m);
    expect(notices).toContain('noisy/bare/aarch64: results came over the console alone: the guest has not used its port');
    expect(notices.filter((notice) => notice.includes('console alone'))).toHaveLength(1);
    expect(await readdir(join(project.folder, '.kit-test/runs/latest/cells/noisy+bare+aarch64'))).not.toContain('results.log');
  });

  it('are named in the report, and their device is no part of the line that boots a cell by hand', async () => {
    const { attempts: [{ resultsLog, qemuCmd = '' }] } = cell('noisy', place);
    expect(resultsLog).toBe('cells/noisy+6.1+aarch64/results.log');
    expect(await stored(qemuCmd)).not.toContain('virtserialport');
    expect(await stored('junit.xml')).toContain(`<property name="results.log" value="${resultsLog}"/>`);
  });

  it('are what decides of a saved console, for what stands there may be damaged', async () => {
    const folder = '.kit-test/runs/latest/cells/fails+6.1+aarch64';
    const told = await readFile(join(project.folder, folder, 'results.log'), 'utf8');
    await project.write({ 'moved/console.log': await stored('cells/fails+6.1+aarch64/console.log'), 'moved/results.log': told.replace('not ok', 'ok') });
    expect(await parsed('moved/console.log')).toMatchObject({ verdict: 'pass', results: { failed: 0, passed: 9 } });
    await rename(join(project.folder, 'moved/results.log'), join(project.folder, 'moved/other.log'));
    expect(await parsed('moved/console.log')).toMatchObject({ verdict: 'fail', results: { failed: 1 } });
  });
});

it('a runner has no port, and a line says so', async () => {
  const boot = '#!/bin/sh\nexec qemu-system-aarch64 -machine virt -cpu cortex-a72 -m "$KIT_TEST_MEMORY" -nodefaults -display none -no-reboot -kernel "$1" -initrd "$2" -append "$3" -serial stdio\n';
  const config = "export default { matrix: { kernels: ['6.1'], arch: ['aarch64'] }, runner: { type: 'exec', command: ['./boot.sh', '{kernel}', '{initrd}', '{cmdline}'] } };\n";
  await using other = await createProject({ 'harness.config.ts': config, 'boot.sh': boot, ...scriptCase('one', 'true', 'results: port') });
  await chmod(join(other.folder, 'boot.sh'), 0o755);
  const { code, stdout } = await other.run(['run', 'one']);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('one/6.1/aarch64: results came over the console alone: only QEMU has a port for them, not the runner') as string });
});
