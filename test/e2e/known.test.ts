// Failures that are listed as known, on real guests: shown and not counted, red as soon as they no longer fail.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/model/report.ts';
import { verdictReason } from '../../src/model/verdict.ts';
import { cellOf, createProject, scriptCase, type Outcome, type Project } from './project.ts';

const results = (...lines: readonly string[]): string => ['echo KTAP version 1', `echo 1..${lines.length}`, ...lines.map((line) => `echo ${line}`), lines.some((line) => line.startsWith('not')) ? 'exit 1' : 'exit 0'].join('; ');
const warns = 'echo 1 >/proc/sys/kernel/sysrq; echo c >/proc/sysrq-trigger';
const bug = 'https://bugs.example/7';

const known = {
  ...scriptCase('result', results('ok 1 a', 'not ok 2 b'), `known: [{ kernel: "<6.6", arch: arm64, result: run > b, reason: not backported, link: "${bug}" }]\nretries: 2`),
  ...scriptCase('crash', warns, 'known: [{ crash: sysrq triggered crash, reason: we asked for it }]'),
  ...scriptCase('hang', 'sleep 1000', 'known: [{ verdict: timeout, reason: waits for ever }]\ntimeouts: { silence: 5s }\ndiagnose: false'),
  ...scriptCase('passes', 'true'),
};

describe('a run whose failures are all known', () => {
  let project: Project;
  let report: RunReport;
  let outcome: Outcome;
  beforeAll(async () => {
    project = await createProject(known);
    outcome = await project.run(['run', '--matrix']);
    report = await project.report();
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it('ends with 0, and counts them apart', () => {
    expect(outcome.code).toBe(0);
    expect(report.totals).toEqual({ total: 4, pass: 1, known: 3, fail: 0, crash: 0, timeout: 0, error: 0, skip: 0, flaky: 0, cached: 0 });
  });

  it.each([
    ['result', 'fail', { reason: 'not backported', link: bug }],
    ['crash', 'crash', { reason: 'we asked for it' }],
    ['hang', 'timeout', { reason: 'waits for ever' }],
  ])('keeps the verdict of %s', (name, kind, why) => {
    expect(cellOf(report, name)).toMatchObject({ verdict: { kind }, known: why });
  });

  it('does not try them again', () => {
    expect(cellOf(report, 'result').attempts).toHaveLength(1);
  });

  it('shows them with reason and link, and no crash that nobody expected', () => {
    expect(outcome.stdout).toMatch(/known {2}not backported \(https:\/\/bugs\.example\/7\)\n {2}result\/6\.1\/aarch64 {2}fail: 1 result failed: run › b/);
    expect(outcome.stdout).toMatch(/◇ 3 known|k 3 known/);
    expect(outcome.stdout).not.toContain('distinct crash');
  });

  it('is green to readers of JUnit and TAP', async () => {
    const junit = await project.read('.kit-test/runs/latest/junit.xml');
    expect(junit).not.toMatch(/<failure|<error/);
    expect(junit).toContain(`<skipped message="known: not backported (${bug}): fail: 1 result failed: run › b`);
    expect(await project.read('.kit-test/runs/latest/results.tap')).toMatch(/^not ok \d - result\/6\.1\/aarch64 # TODO known: not backported/m);
  });
});

it('a run fails by what is not known, and by what no longer fails', async () => {
  await using project = await createProject({
    'harness.config.ts': `export default { matrix: { kernels: ['6.1'], arch: ['aarch64'] }, accel: 'tcg', tcgScale: 1, known: [{ case: ['cured', 'gone'], result: 'b', reason: 'not backported' }] };\n`,
    ...scriptCase('cured', results('ok 1 a', 'ok 2 b')),
    ...scriptCase('gone', results('ok 1 a')),
    ...scriptCase('wavers', 'true', 'known: [{ sometimes: true, reason: a race }]'),
    ...scriptCase('another', results('not ok 1 a', 'not ok 2 b'), 'known: [{ result: b, reason: not backported }]'),
    ...scriptCase('elsewhere', 'false', 'known: [{ kernel: ">=6.9", reason: regression }]'),
  });
  const { code } = await project.run(['run', '--matrix']);
  const report = await project.report();
  expect(code).toBe(1);
  expect(report.cells.map(({ case: name, verdict }) => `${name} ${verdict.kind}: ${verdictReason(verdict)}`)).toEqual([
    'another fail: 1 result failed: run › a',
    'cured fail: result "b" passes, but is listed as known to fail (not backported): take it off `known`',
    'elsewhere fail: 1 result failed: run (exit=1)',
    'gone fail: no result is called "b", which is listed as known to fail (not backported)',
    'wavers pass: ',
  ]);
  expect(report.totals).toMatchObject({ pass: 1, fail: 4, known: 0 });
});
