// Guests that really hang, and what their reports say of it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModule, selectModules } from '../../src/kernel/modules.ts';
import { loadArchs } from '../../src/arch/index.ts';
import { startVm } from '../../src/boot/vm.ts';
import type { MachineAnswers } from '../../src/model/hang.ts';
import type { ParsedConsole } from '../../src/model/parsed.ts';
import { findProgram } from '../../src/sys/programs.ts';
import { openGuests, type Guests } from './guest.ts';
import { cellOf, createProject, processesWith, scriptCase, type Project } from './project.ts';
import { makeSpin } from './spinning-module.ts';

const all = (await loadArchs()).map(({ name, qemu }) => ({ name, binary: qemu.binary, missing: findProgram(qemu.binary) === undefined }));
const archs = all.filter(({ missing }) => !missing).map(({ name }) => name);
/** Where the kernel has no function that spins with interrupts off: halt ends in an instruction that waits, or ends the machine. */
const bySpinningModule = ['x86_64', 'riscv64'];
const harness = `export default { matrix: { kernels: ['6.12'], arch: ${JSON.stringify(archs)} }, accel: 'tcg', tcgScale: 1, timeouts: { silence: '12s' } };\n`;
const freeze = [
  'dd if=/dev/zero of=/disk bs=1M count=4 2>/dev/null && losetup /dev/loop0 /disk && mke2fs /dev/loop0 >/dev/null',
  'mkdir /mnt && mount -t ext4 /dev/loop0 /mnt && fsfreeze --freeze /mnt',
  'echo frozen; echo x >/mnt/file',
].join('\n');
// The second step never comes, for the first was the last that the task could say.
const talk = 'expect: { dialog: [{ wait: frozen, within: 60s }, { wait: thawed, within: 2s }] }';
const reader = `init: ["apt:busybox-static"]
files:
  - { path: init, mode: "0755", contents: "#!/bin/busybox sh\\nexec /bin/busybox cat /dev/console\\n" }
`;
let guests: Guests;
let project: Project;

beforeAll(async () => {
  guests = await openGuests();
  const spinning = async (arch: string): Promise<Buffer> => {
    const kernel = await guests.kernel(guests.arch(arch), '6.12');
    const dummy = (await selectModules(kernel, ['dummy'])).files.find(({ name }) => name === 'dummy');
    if (dummy === undefined) throw new Error('no dummy.ko');
    return makeSpin(await readModule(dummy.file));
  };
  const modules = bySpinningModule.filter((arch) => archs.includes(arch));
  project = await createProject({
    'harness.config.ts': harness,
    ...scriptCase('spins', 'module=./spin-$(uname -m).ko; if [ -e $module ]; then insmod $module; else halt -f; fi'),
    'cases/spins/case.yaml': `summary: spins\nrun: { command: [sh, ./check.sh], copy: ${JSON.stringify(['check.sh', ...modules.map((arch) => `spin-${arch}.ko`)])} }\n`,
    ...Object.fromEntries(await Promise.all(modules.map(async (arch) => [`cases/spins/spin-${arch}.ko`, await spinning(arch)] as const))),
    ...scriptCase('blocks', freeze, 'modules: [loop, ext4]\nexpect: { protocol: ktap, fail: ["sysrq: Show", mnt_want_write] }'),
    ...scriptCase('talks', freeze, `modules: [loop, ext4]\n${talk}`),
    'cases/reads/case.yaml': 'summary: reads\nexpect: { pass: never }\n',
    'cases/reads/image.yml': reader,
  });
  const { code, stderr } = await project.run(['run', '--matrix', '--jobs', '2']);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
  await guests.dispose();
});

for (const { name, binary } of all.filter(({ missing }) => missing)) it.skip(`${name}: ${binary} is not installed`);

describe.each(archs)('the report of a guest on %s', (arch) => {
  const attempt = async (name: string) => cellOf(await project.report(), name, arch).attempts[0];

  it('names the function that spins with interrupts off', async () => {
    const { verdict, hang, boot, console } = await attempt('spins');
    const place = bySpinningModule.includes(arch) ? 'dummy_init_module' : 'machine_halt';
    expect(hang).toMatchObject({ cause: 'spinning', function: place, cpus: [{ cpu: 0, state: 'kernel', masked: true, function: place }] });
    expect(verdict).toMatchObject({ kind: 'timeout', phase: 'silence', where: expect.stringMatching(`^CPU 0 spinning in ${place} with interrupts off \\(task \\w+:\\d+\\)$`) as string });
    // What was asked for is not stored with what the guest said by itself.
    const bytes = await readFile(join(project.folder, '.kit-test/runs/latest', console ?? ''));
    expect(bytes).toHaveLength(hang?.consoleBytes ?? 0);
    expect(boot?.consoleBytes).toBe(hang?.consoleBytes);
    expect(bytes.toString()).not.toContain(`${place}+0x`);
  });

  it('names the task that is blocked for ever', async () => {
    const { verdict, hang } = await attempt('blocks');
    expect(hang).toMatchObject({ cause: 'blocked-task', task: { name: 'sh', state: 'D', function: 'mnt_want_write' } });
    expect(hang?.blocked).toHaveLength(1);
    expect(hang?.memory).toMatch(/^\d+ MiB free of 5\d\d MiB$/);
    expect(verdict).toMatchObject({ where: expect.stringMatching(/^task sh:\d+ blocked in mnt_want_write$/) as string });
  });

  it('names the task that is blocked while a dialog waits for it', async () => {
    const { verdict, hang, dialog } = await attempt('talks');
    expect(hang).toMatchObject({ cause: 'blocked-task', task: { name: 'sh', state: 'D', function: 'mnt_want_write' } });
    expect(verdict).toEqual({ kind: 'fail', reason: expect.stringMatching(/^dialog step 2 of 2: no "thawed" within 2\.0s; task sh:\d+ blocked in mnt_want_write; last line: .*frozen$/) as string });
    expect(dialog?.map(({ status }) => status)).toEqual(['pass', 'fail']);
  });

  it('says that init waits for input', async () => {
    const { verdict, hang } = await attempt('reads');
    expect(hang).toMatchObject({ cause: 'waiting-for-input', task: { pid: 1, state: 'S', function: 'n_tty_read' }, cpus: [{ state: 'idle' }] });
    expect(verdict).toMatchObject({ where: 'init waits for input in n_tty_read', reason: expect.stringContaining('; init waits for input in n_tty_read') as string });
  });

  it.each(['spins', 'blocks', 'talks', 'reads'])('is the same when %s is judged by what is stored', async (name) => {
    const { verdict, crashes = [], results, console = '' } = await attempt(name);
    const parsed = async (...words: readonly string[]) => JSON.parse((await project.run(['parse', '--format', 'ndjson', ...words, `.kit-test/runs/latest/${console}`])).stdout) as ParsedConsole;
    const saved = await parsed('--case', name);
    expect(saved).toMatchObject({ verdict: verdict.kind, reason: 'reason' in verdict ? verdict.reason : '', notJudged: [] });
    expect(saved.crashes).toEqual(crashes);
    expect(saved.findings.flatMap((finding) => (finding.kind === 'results' ? finding.results : []))).toEqual(expect.arrayContaining(results.filter((one) => !one.name.startsWith('dialog step'))));
    // Without its case there is no limit that it ran out of, and no crash either.
    expect(await parsed()).toMatchObject({ verdict: 'fail', crashes: [] });
  });

  it('keeps questions and answers beside the console', async () => {
    const { hang } = await attempt('spins');
    const log = await readFile(join(project.folder, '.kit-test/runs/latest', hang?.log ?? ''), 'utf8');
    const place = bySpinningModule.includes(arch) ? 'dummy_init_module' : 'machine_halt';
    for (const part of ['# info registers -a', '# state of the CPUs', 'interrupts let in', '# sysrq l', place]) expect(log).toContain(part);
  });
});

it('a guest with a display leaves a picture of it', async () => {
  const arch = guests.arch('x86_64');
  const plan = await guests.plan(arch, { script: 'sleep 1000' });
  const screenFile = join(guests.folder, 'screen');
  let answers: MachineAnswers | undefined;
  await using vm = startVm({ ...plan, argv: [...plan.argv, '-device', 'VGA'], limits: { bootMs: 3000, silenceMs: 3000, totalMs: 3000 } }, {
    signal: new AbortController().signal,
    onConsole: () => undefined,
    async onLimit(signal) {
      answers = await vm.diagnose?.({ registers: arch.registers, userspace: false, screenFile, note: () => undefined, explained: () => true }, signal);
    },
  });
  expect((await vm.exit).exit).toMatchObject({ kind: 'stopped', limitMs: 3000 });
  const format = answers?.screen ?? 'no picture';
  const start = await readFile(`${screenFile}.${format}`);
  expect(start.subarray(0, 4).toString('latin1')).toMatch(format === 'png' ? /^\x89PNG$/ : /^P6\n/);
});

const one = (more: string): string => `export default { matrix: { kernels: ['6.12'], arch: ['aarch64'] }, accel: 'tcg', tcgScale: 1, timeouts: { silence: '12s' }${more} };\n`;

describe('a guest that hangs', () => {
  it('is ended at the deadline of a dialog without a question where that is switched off', async () => {
    await using quiet = await createProject({ 'harness.config.ts': one(''), ...scriptCase('says-nothing', 'sleep 1000', 'diagnose: false\nexpect: { dialog: [{ wait: word, within: 2s }] }') });
    await quiet.run(['run', 'says-nothing']);
    const [attempt] = cellOf(await quiet.report(), 'says-nothing').attempts;
    expect(attempt.verdict).toEqual({ kind: 'fail', reason: expect.stringMatching(/^dialog step 1 of 1: no "word" within 2\.0s; last line: /) as string });
    expect(attempt).not.toHaveProperty('hang');
    expect(await quiet.read(`.kit-test/runs/latest/${attempt.console ?? ''}`)).not.toContain('sysrq: Show');
  });

  it.each([
    ['the project', ', diagnose: false', '', []],
    ['the case', '', 'diagnose: false', []],
    ['the command', '', 'diagnose: true', ['--no-diagnose']],
  ] as const)('is ended without a question where %s says so', async (_, more, yaml, words) => {
    await using quiet = await createProject({ 'harness.config.ts': one(more), ...scriptCase('waits', 'sleep 1000', yaml) });
    await quiet.run(['run', 'waits', ...words]);
    const [attempt] = cellOf(await quiet.report(), 'waits').attempts;
    expect(attempt.verdict).toEqual({ kind: 'timeout', phase: 'silence', limitMs: 12_000, reason: expect.stringMatching(/^silent for 12\.?0?s in user space; last line: /) as string });
    expect(attempt).not.toHaveProperty('hang');
    expect(await quiet.read(`.kit-test/runs/latest/${attempt.console ?? ''}`)).not.toContain('sysrq: Show');
  });

  it('ends at once when the run is interrupted while it is asked', async () => {
    await using asked = await createProject({ 'harness.config.ts': one(''), ...scriptCase('waits-for-nobody', 'sleep 1000') });
    const { child, ended } = asked.start(['run', 'waits-for-nobody']);
    await expect.poll(() => asked.read('.kit-test/runs/latest/cells/waits-for-nobody+6.12+aarch64/hang.log').catch(() => ''), { timeout: 100_000, interval: 20 }).toContain('Changing Loglevel');
    child.kill('SIGINT');
    const { code } = await ended;
    expect(code).toBe(130);
    expect(await processesWith('waits-for-nobody')).toEqual([]);
    const [attempt] = cellOf(await asked.report(), 'waits-for-nobody').attempts;
    // The limit had run out before: that is what happened to the guest.
    expect(attempt.verdict).toMatchObject({ kind: 'timeout', phase: 'silence' });
  });
});
