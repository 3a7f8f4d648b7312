// `run --repeat` and `--until-fail`: rounds of guests that know from their command line which round they are in, for the
// script that boots them counts.
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldEvents } from '../../src/report/fold.ts';
import { cellOf, createProject, scriptCase, type Outcome, type Project } from './project.ts';

const boot = `#!/bin/sh
# Boots the files, and tells the guest how often its cell was booted.
count=counts-$(echo "$KIT_TEST_CELL" | tr / -)
echo boot >>"$count"
exec qemu-system-aarch64 -machine virt -cpu cortex-a72 -m "$KIT_TEST_MEMORY" -nodefaults -display none -no-reboot -kernel "$1" -initrd "$2" -append "$3 nth=$(grep -c . "$count")" -serial stdio
`;
const config = (more = ''): string => `export default { matrix: { kernels: ['6.1'], arch: ['aarch64'] }, runner: { type: 'exec', command: ['./boot.sh', '{kernel}', '{initrd}', '{cmdline}'] }${more} };\n`;
const failsIn = (...rounds: readonly number[]): string => `echo here it goes; grep -qE ' nth=(${rounds.join('|')})$' /proc/cmdline && exit 7; exit 0`;

async function hunt(files: Parameters<typeof createProject>[0]): Promise<Project> {
  const project = await createProject({ 'harness.config.ts': config(), 'boot.sh': boot, ...files });
  await chmod(join(project.folder, 'boot.sh'), 0o755);
  return project;
}

describe('run --repeat', () => {
  let project: Project;
  let outcome: Outcome;
  beforeAll(async () => {
    project = await hunt({ 'harness.config.ts': config(', retries: 1'), ...scriptCase('wavers', failsIn(2, 5), 'retries: 2'), ...scriptCase('steady', 'true'), ...scriptCase('unfit', 'true', 'needs: { kernel: ">=99" }') });
    outcome = await project.run(['run', '--matrix', '--repeat', '6']);
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it('runs every cell in every round and fails by a round that failed', async () => {
    const report = await project.report();
    expect({ code: outcome.code, stderr: outcome.stderr, rounds: report.rounds }).toEqual({ code: 1, stderr: '', rounds: { planned: 6 } });
    expect(cellOf(report, 'wavers')).toMatchObject({ verdict: { kind: 'fail', reason: '1 result failed: run (exit=7)' }, flaky: false, rounds: { planned: 6, ran: 6, passed: 4, failed: 2, errors: 0, known: 0, firstFailed: 2 } });
    expect(cellOf(report, 'steady')).toMatchObject({ verdict: { kind: 'pass' }, rounds: { ran: 6, passed: 6, failed: 0 } });
    expect(cellOf(report, 'wavers').attempts.map(({ verdict: { kind } }) => kind)).toEqual(['pass', 'fail', 'pass', 'pass', 'fail', 'pass']);
    expect(report.totals).toMatchObject({ total: 3, pass: 1, fail: 1, skip: 1, flaky: 0 });
  });

  it('does not run again what is skipped', async () => {
    const cell = cellOf(await project.report(), 'unfit');
    expect(cell.attempts).toHaveLength(1);
    expect(cell).not.toHaveProperty('rounds');
  });

  it('goes over all cells before it begins another round', async () => {
    const happened = (await project.events()).flatMap((event): readonly (number | string)[] => (event.kind === 'attempt-end' && event.id !== 'unfit/6.1/aarch64' ? [event.attempt.number] : event.kind === 'round-end' ? [`end ${event.round}`] : []));
    expect(happened).toEqual([1, 2, 3, 4, 5, 6].flatMap((round) => [round, round, `end ${round}`]));
  });

  it('keeps what failures left and the first and the last pass, and nothing of the other rounds', async () => {
    const report = await project.report();
    const kept: readonly (readonly [string, readonly number[]])[] = [['wavers', [1, 2, 5, 6]], ['steady', [1, 6]]];
    for (const [name, numbers] of kept) {
      const { attempts } = cellOf(report, name);
      expect(attempts.filter(({ trimmed }) => trimmed !== true).map(({ number }) => number)).toEqual(numbers);
      const files = await readdir(join(project.folder, `.kit-test/runs/latest/cells/${name}+6.1+aarch64`));
      const expected = numbers.map((number) => (number === 1 ? '' : `.${number}`)).flatMap((infix): readonly string[] => [`console${infix}.log`, `console${infix}.times`, `console${infix}.log.js`, `qemu${infix}.cmd`]);
      expect(files.sort()).toEqual([...expected].sort());
    }
    expect(await project.read('.kit-test/runs/latest/cells/wavers+6.1+aarch64/console.2.log')).toMatch(/nth=2\b[^]*exit=7/);
  });

  it('says in every report how often it failed, and when first', async () => {
    expect(outcome.stdout).toMatch(/^3 cells, up to \d+ at once, 6 rounds$/m);
    expect(outcome.stdout).toMatch(/^round 2\/6 {2}✗ fail {5}wavers\/6\.1\/aarch64 {2}\S+ {2}1 result failed: run \(exit=7\)$/m);
    expect(outcome.stdout).toMatch(/^round 3\/6 {2}✓ 2 pass {2}\S+s$/m);
    expect(outcome.stdout).toMatch(/^✗ fail {2}failed 2 of 6 rounds: 1 result failed: run \(exit=7\)\n[^]*first in round 2; \S+ to \S+, median [^]*round 5: fail: .*console\.5\.log[^]*kit-test run wavers --kernel 6\.1 --arch aarch64 --repeat 6$/m);
    expect(outcome.stdout).toMatch(/steady\/6\.1\/aarch64 {2}.*s {2}6 of 6 rounds$/m);
    expect(outcome.stdout).toContain('rounds   6 ran; asked for 6 rounds');
    expect(outcome.stdout.match(/note .*retries are off.*/g)).toEqual(['note retries are off, for every round counts: the configuration, case wavers ask for some']);
    const junit = await project.read('.kit-test/runs/latest/junit.xml');
    expect(junit).toContain('<failure message="failed 2 of 6 rounds: 1 result failed: run (exit=7)"');
    expect(junit).toContain('<property name="rounds.failed" value="2"/>');
    expect(junit).not.toMatch(/flakyFailure|rerunFailure/);
    const tap = await project.read('.kit-test/runs/latest/results.tap');
    expect(tap).toMatch(/not ok \d - wavers[^]*message: "failed 2 of 6 rounds: 1 result failed[^]*rounds\.first_failed: "2"/);
  });

  it('can be folded from its events', async () => {
    const report = await project.report();
    const folded = foldEvents((await project.events()).filter(({ kind }) => kind !== 'cell-end' && kind !== 'run-end'), { at: report.startedAt, interrupted: false });
    // What earlier runs say is known only when a cell ends.
    expect(folded.cells).toEqual(report.cells.map((cell) => ({ ...cell, history: undefined })));
  });
});

describe('run --until-fail', () => {
  it('ends the round in which a cell fails, and begins no other', async () => {
    await using project = await hunt({ ...scriptCase('wavers', failsIn(3)), ...scriptCase('steady', 'true') });
    const { code, stdout } = await project.run(['run', '--matrix', '--until-fail', '--for', '20m', '--jobs', '2']);
    const report = await project.report();
    expect({ code, rounds: report.rounds }).toEqual({ code: 1, rounds: { untilFail: true, forMs: 1_200_000 } });
    expect(cellOf(report, 'wavers').rounds).toMatchObject({ ran: 3, passed: 2, failed: 1, firstFailed: 3 });
    expect(cellOf(report, 'steady').rounds).toMatchObject({ ran: 3, passed: 3 });
    expect(stdout).toContain('failed 1 of 3 rounds: 1 result failed');
  });

  it.each([
    ['after the last of the rounds', ['--until-fail', '--repeat', '2'], 2],
    ['once its time is over', ['--until-fail', '--for', '1ms'], 1],
  ])('ends without a failure %s, and ends with 0', async (_, options, ran) => {
    await using project = await hunt(scriptCase('wavers', failsIn(3)));
    expect((await project.run(['run', '--matrix', ...options])).code).toBe(0);
    expect(cellOf(await project.report(), 'wavers')).toMatchObject({ verdict: { kind: 'pass' }, rounds: { ran, passed: ran } });
  });

  it('ends with a report of the rounds so far when it is interrupted', async () => {
    await using project = await createProject(scriptCase('steady', 'true'));
    const { child, ended } = project.start(['run', '--matrix', '--until-fail']);
    await expect.poll(async () => (await project.events()).some((event) => event.kind === 'cell-phase' && event.phase === 'boot' && event.attempt === 3), { timeout: 120_000, interval: 20 }).toBe(true);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    const report = await project.report();
    expect(report).toMatchObject({ interrupted: true, cells: [{ verdict: { kind: 'pass' }, rounds: { failed: 0, errors: 0 } }] });
    expect(report.cells[0]?.rounds?.ran).toBeGreaterThanOrEqual(2);
    expect(stdout).toMatch(/interrupted/);
    expect(stdout).toMatch(/rounds {3}\d+ ran; asked for rounds until a cell fails/);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('is remembered by its finished rounds when it gets %s', async (signal) => {
    await using project = await hunt({ ...scriptCase('wavers', failsIn(2)), ...scriptCase('hangs', 'grep -q " nth=4$" /proc/cmdline && sleep 1000; true') });
    const { child, ended } = project.start(['run', '--matrix', '--repeat', '9', '--jobs', '2']);
    await expect.poll(async () => (await project.events()).some((event) => event.kind === 'round-end' && event.round === 3), { timeout: 120_000, interval: 20 }).toBe(true);
    child.kill(signal);
    expect((await ended).code).toBe(signal === 'SIGKILL' ? null : 130);
    await project.run(['run', 'wavers']);
    const { history } = cellOf(await project.report(), 'wavers');
    expect(history).toMatchObject({ runs: 2, failed: 1, flaky: true, ends: [{ verdict: 'fail', wavered: true }, { verdict: 'pass' }] });
  });

  it('ends after a round that ended in our own error', async () => {
    await using project = await hunt({ 'boot.sh': '#!/bin/sh\nexit 3\n', ...scriptCase('steady', 'true') });
    expect((await project.run(['run', '--matrix', '--until-fail'])).code).toBe(3);
    expect(cellOf(await project.report(), 'steady')).toMatchObject({ verdict: { kind: 'error' }, rounds: { ran: 1, errors: 1, firstFailed: 1 } });
  });
});

it.each([
  [['--repeat', '3', '--retries', '1'], /--retries 1 hides what --repeat hunts[^]*leave out --retries/],
  [['--until-fail', '--retries', '1', '--dry-run'], /--retries 1 hides what --until-fail hunts/],
  [['--for', '3m'], /--for says how long rounds begin[^]*add --until-fail or --repeat N/],
  [['--repeat', '0'], /--repeat <n>.*expected a whole number from 1/],
  [['--until-fail', '--for', 'ever'], /--for <duration>.*expected a duration such as/],
])('refuses run %s', async (options, message) => {
  await using project = await createProject(scriptCase('steady', 'true'));
  const { code, stderr } = await project.run(['run', ...options]);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^ +at /m);
});
