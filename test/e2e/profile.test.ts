// Where the time of a run went, of a cell that boots and one that goes on from a template.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { phaseMs, phases, phaseTexts, placePhases, sumPhases } from '../../src/model/phase.ts';
import { formatDuration } from '../../src/model/format.ts';
import type { RunReport } from '../../src/model/report.ts';
import { seedCache } from './own-cache.ts';
import { cellOf, createProject, scriptCase, type Outcome, type Project } from './project.ts';

describe('a run with --profile', () => {
  let project: Project;
  let cache: Awaited<ReturnType<typeof seedCache>>;
  let outcome: Outcome;
  let report: RunReport;
  beforeAll(async () => {
    cache = await seedCache();
    project = await createProject({
      'harness.config.ts': "export default { matrix: { kernels: ['6.1'], arch: ['aarch64'] }, accel: 'tcg', concurrency: 1 };\n",
      ...scriptCase('warm', 'sleep 1', 'start: warm'),
      ...scriptCase('cold', 'sleep 1', 'start: cold'),
    });
    outcome = await project.run(['run', '--matrix', '--profile'], { KIT_TEST_CACHE: cache.root, NO_COLOR: '1' });
    report = await project.report();
  });
  afterAll(async () => {
    await project[Symbol.asyncDispose]();
    await cache[Symbol.asyncDispose]();
  });

  const attemptOf = (name: string) => cellOf(report, name).attempts[0];
  const timesOf = (name: string) => attemptOf(name).phases ?? {};

  it('ends with a table that names every phase with its time in report.json', () => {
    expect([outcome.code, outcome.stderr]).toEqual([0, '']);
    expect(outcome.stdout.indexOf('\nprofile  2 attempts')).toBeGreaterThan(outcome.stdout.indexOf('\nfolder   '));
    for (const phase of phases) {
      const ms = phaseMs(timesOf('warm'), phase) + phaseMs(timesOf('cold'), phase);
      const line = new RegExp(`^  ${phase} +(\\S+( \\d+s)?) .*${phaseTexts[phase]}$`, 'm').exec(outcome.stdout);
      expect(line?.[1], phase).toBe(formatDuration(ms));
    }
  });

  it('shares out the time of guests in their places', () => {
    const shares = placePhases.map((phase) => Number(new RegExp(`^  ${phase} .* (\\d+)% `, 'm').exec(outcome.stdout)?.[1]));
    expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 100)).toBeLessThanOrEqual(2);
  });

  it('tells of the run beside its cells, and of its slowest cells', () => {
    expect(outcome.stdout).toMatch(/^ {2}start-up +\S+ {2}configuration, cache, history$/m);
    const [{ kernel, arch, durationMs, usage } = { kernel: '', arch: '', durationMs: Number.NaN }] = report.templates ?? [];
    expect([kernel, arch, report.templates?.length]).toEqual(['6.1', 'aarch64', 1]);
    expect(durationMs).toBeLessThan(phaseMs(timesOf('warm'), 'template'));
    expect(usage?.cpuMs).toBeGreaterThan(durationMs / 4);
    expect(outcome.stdout).toContain(`\n  template  ${formatDuration(durationMs).padStart(6)}  1 boot, 6.1/aarch64 ${formatDuration(durationMs)}\n`);
    expect(report.cost?.guestMs).toBeGreaterThan(durationMs + attemptOf('warm').durationMs + attemptOf('cold').durationMs - 2);
    expect(outcome.stdout).toMatch(/^ {2}reports .*terminal \d.*html \d/m);
    for (const { id } of report.cells) expect(outcome.stdout).toMatch(new RegExp(`^  ${id} {2}\\d.*\\n    kernel \\d.*, report \\d`, 'm'));
  });

  it.each(['warm', 'cold'])('records phases of the %s cell that are all of its time', async (name) => {
    const { durationMs, prepareMs } = attemptOf(name);
    const times = timesOf(name);
    // What is ready before QEMU is asked, and what its process took, both measured by others.
    expect(phaseMs(times, 'kernel') + phaseMs(times, 'image')).toBeGreaterThan(prepareMs - 1);
    expect(sumPhases(times, placePhases)).toBeGreaterThan(durationMs - 5);
    const events = (await project.events()).filter((event) => (event.kind === 'cell-phase' && event.id === `${name}/6.1/aarch64`) || (event.kind === 'attempt-end' && event.id === `${name}/6.1/aarch64`));
    const [first, last] = [events[0], events.at(-1)].map((event) => Date.parse(event?.at ?? ''));
    const whole = (last ?? Number.NaN) - (first ?? Number.NaN);
    expect(Math.abs(sumPhases(times) - whole) / whole).toBeLessThan(0.05);
  });

  it('tells a boot from a start without one', () => {
    expect(timesOf('cold').templateMs).toBeUndefined();
    expect(timesOf('warm').templateMs).toBeGreaterThan(phaseMs(timesOf('cold'), 'boot') / 4);
    expect(phaseMs(timesOf('warm'), 'boot')).toBeLessThan(phaseMs(timesOf('cold'), 'boot') / 4);
    expect(timesOf('warm').startMs).toBeGreaterThan((attemptOf('warm').boot?.restored?.afterMs ?? Number.NaN) - 5);
    for (const name of ['warm', 'cold']) expect(timesOf(name).testMs, name).toBeGreaterThan(900);
  });

  it('is told again of a stored run', async () => {
    const again = await project.run(['report', 'render', '--reporter', 'profile'], { NO_COLOR: '1' });
    expect(again.code).toBe(0);
    const table = (text: string): string => /\nprofile [^]*?\n\n/.exec(text)?.[0] ?? '';
    expect(table(again.stdout)).toBe(table(outcome.stdout));
    expect(table(again.stdout)).toContain('template');
  });

  it('may be asked for when a run goes on, and tells of what ran before too', async () => {
    await using killed = await createProject({ 'harness.config.ts': "export default { matrix: { kernels: ['6.1'], arch: ['aarch64'] }, accel: 'tcg', concurrency: 1 };\n", ...scriptCase('first', 'true'), ...scriptCase('second', 'true') });
    await killed.run(['run', '--matrix']);
    const events = '.kit-test/runs/latest/events.ndjson';
    // As a kill leaves it: the first cell has ended, the second one is open.
    const lines = (await killed.read(events)).split('\n');
    await killed.write({ [events]: `${lines.slice(0, lines.findIndex((line) => line.includes('"cell-end"')) + 1).join('\n')}\n` });
    const resumed = await killed.run(['run', '--resume', '--profile'], { NO_COLOR: '1' });
    expect(resumed).toMatchObject({ code: 0, stderr: expect.stringContaining('1 of 2 cells are left') as string });
    expect(resumed.stdout).toMatch(/^profile {2}2 attempts/m);
  });
});
