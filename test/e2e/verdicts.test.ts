// What a guest does, and the verdict it gets: one run of many cases, each of which ends in its own way.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attempt, CellResult, RunReport } from '../../src/model/report.ts';
import { verdictReason } from '../../src/model/verdict.ts';
import { cellOf, createProject, scriptCase, type Outcome, type Project } from './project.ts';

const consoleLimit = 65_536;
const evil = String.raw`printf '\033[31mred\033[2J\033]0;title\007 \000\000 \377\376 <&>"\n::error file=a::b\n::stop-commands::x\n]]>\n' >/dev/console; exit 1`;
const ownInit = (script: string): string => `init: ["apt:busybox-static"]
files:
  - { path: init, mode: "0755", contents: "#!/usr/bin/busybox sh\\n${script}\\n" }
`;

const files = {
  'harness.config.ts': `export default { matrix: { kernels: ['6.1'], arch: ['aarch64'] }, accel: 'tcg', tcgScale: 1, consoleLimit: ${consoleLimit} };\n`,
  ...scriptCase('exits', 'echo on the way; exit 7'),
  ...scriptCase('nested', 'echo KTAP version 1; echo 1..3; echo ok 1 good; echo "# because"; echo not ok 2 bad; echo "ok 3 later # SKIP no reason"'),
  ...scriptCase('announced', 'echo KTAP version 1; echo 1..3; echo ok 1 first; echo ok 2 second'),
  ...scriptCase('panics', 'echo c >/proc/sysrq-trigger'),
  ...scriptCase('panics-as-told', 'echo c >/proc/sysrq-trigger', 'expect: { crash: sysrq triggered crash }'),
  ...scriptCase('panics-otherwise', 'echo c >/proc/sysrq-trigger', 'expect: { crash: use-after-free }'),
  ...scriptCase('does-not-panic', 'true', 'expect: { crash: true }'),
  ...scriptCase('falls-silent', 'echo the last word; sleep 1000', 'timeouts: { silence: 3s }'),
  ...scriptCase('goes-on', 'while :; do echo still here; sleep 0.2; done', 'timeouts: { total: 6s }'),
  ...scriptCase('does-not-boot', 'true', 'timeouts: { boot: 50ms }'),
  'cases/says-nothing/case.yaml': 'summary: powers off\n',
  'cases/says-nothing/image.yml': ownInit('busybox poweroff -nf'),
  'cases/ends-init/case.yaml': 'summary: init ends\n',
  'cases/ends-init/image.yml': ownInit('exit 0'),
  ...scriptCase('takes-back', 'echo all good; echo all bad', 'expect: { pass: all good, fail: all bad }'),
  ...scriptCase('out-of-order', 'echo second; echo first', 'expect: { pass: [first, second], ordered: true }'),
  ...scriptCase('in-order', 'echo first; echo second', 'expect: { pass: [first, second], ordered: true }'),
  ...scriptCase('evil', evil),
  ...scriptCase('needs-config', 'true', 'needs: { config: [CONFIG_NO_SUCH_THING] }'),
  ...scriptCase('needs-kernel', 'true', 'needs: { kernel: ">=6.6" }'),
  ...scriptCase('needs-arch', 'true', 'needs: { arch: [amd64] }'),
  'cases/too-big/case.yaml': 'summary: too big\nmemory: 128M\n',
  'cases/too-big/image.yml': 'init: ["builtin:init", "apt:busybox-static", "dir:./big"]\n',
  'cases/too-big/big/bytes': new Uint8Array(60 * 1024 ** 2),
};

let project: Project;
let outcome: Outcome;
let report: RunReport;
beforeAll(async () => {
  project = await createProject(files);
  outcome = await project.run(['run', '--matrix']);
  report = await project.report();
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
});

const last = (cell: CellResult): Attempt => cell.attempts.at(-1) ?? cell.attempts[0];
const names = (results: Attempt['results']): unknown => results.map(({ name, status, children }) => [name, status, ...(children.length === 0 ? [] : [names(children)])]);

describe('a cell', () => {
  it.each<[string, string, object]>([
    ['whose entry fails fails, by its name', 'exits', { kind: 'fail', reason: expect.stringMatching(/run.*exit=7/) as string }],
    ['with a nested failure fails although its entry ended well', 'nested', { kind: 'fail', reason: expect.stringContaining('bad') as string }],
    ['without a result it announced fails', 'announced', { kind: 'fail', reason: expect.stringMatching(/2 of 3|3|missing/) as string }],
    ['whose kernel panics crashes, with the title', 'panics', { kind: 'crash', title: 'kernel panic: sysrq triggered crash' }],
    ['whose kernel panics as expected passes', 'panics-as-told', { kind: 'pass' }],
    ['whose kernel panics otherwise than expected crashes', 'panics-otherwise', { kind: 'crash', title: 'kernel panic: sysrq triggered crash' }],
    ['without the expected crash fails', 'does-not-panic', { kind: 'fail', reason: expect.stringContaining('crash') as string }],
    ['that falls silent times out, with its last words', 'falls-silent', { kind: 'timeout', phase: 'silence', limitMs: 3000, reason: expect.stringContaining('the last word') as string }],
    ['that goes on for ever times out', 'goes-on', { kind: 'timeout', phase: 'total', limitMs: 6000 }],
    ['that does not come to user space times out', 'does-not-boot', { kind: 'timeout', phase: 'boot', limitMs: 50 }],
    ['that only powers off does not pass', 'says-nothing', { kind: 'fail' }],
    ['whose init ends crashes', 'ends-init', { kind: 'crash', title: expect.stringContaining('Attempted to kill init') as string }],
    ['that takes its success back fails', 'takes-back', { kind: 'fail', reason: expect.stringContaining('all bad') as string }],
    ['with its markers in the wrong order fails', 'out-of-order', { kind: 'fail', reason: expect.stringContaining('second') as string }],
    ['with its markers in order passes', 'in-order', { kind: 'pass' }],
    ['without a Kconfig option it needs is skipped', 'needs-config', { kind: 'skip', reason: expect.stringContaining('CONFIG_NO_SUCH_THING') as string }],
    ['with a kernel too old for it is skipped', 'needs-kernel', { kind: 'skip', reason: expect.stringContaining('>=6.6') as string }],
    ['on an architecture it is not for is skipped', 'needs-arch', { kind: 'skip', reason: expect.stringContaining('x86_64') as string }],
    ['too big for its memory is our error, with the memory to set', 'too-big', { kind: 'error', hint: expect.stringMatching(/memory: \d+M/) as string }],
  ])('%s', (_, name, verdict) => {
    expect(cellOf(report, name).verdict).toMatchObject(verdict);
  });

  it('that cannot run is not booted', () => {
    for (const name of ['needs-config', 'needs-kernel', 'needs-arch', 'too-big']) expect(last(cellOf(report, name)).boot).toBeUndefined();
  });

  it('has its nested results in the report', () => {
    expect(names(last(cellOf(report, 'nested')).results)).toEqual([['run', 'fail', [['good', 'pass'], ['bad', 'fail'], ['later', 'skip']]]]);
    expect(names(last(cellOf(report, 'announced')).results)).toEqual([['run', 'fail', [['first', 'pass'], ['second', 'pass'], ['test 3', 'missing']]]]);
  });
});

describe('the run', () => {
  it('ends with 1 and a verdict for every cell', () => {
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toBe('');
    expect(report.cells.map((cell) => cell.case)).toEqual(Object.keys(files).flatMap((path) => /^cases\/(.*)\/case.yaml$/.exec(path)?.[1] ?? []).sort());
    const { total, pass, fail, crash, timeout, error, skip } = report.totals;
    expect(pass + fail + crash + timeout + error + skip).toBe(total);
  });

  it('names every failure with its reason and the command that repeats it', () => {
    const failures = report.cells.filter(({ verdict }) => !['pass', 'skip'].includes(verdict.kind));
    for (const cell of failures) {
      expect(outcome.stdout).toContain(cell.case);
      expect(outcome.stdout).toContain(verdictReason(cell.verdict));
    }
    // Cells with one reason share what is said about it.
    const repeated = report.cells.filter(({ repeat }) => outcome.stdout.includes(repeat));
    expect(new Set(repeated.map(({ verdict }) => verdictReason(verdict)))).toEqual(new Set(failures.map(({ verdict }) => verdictReason(verdict))));
  });

  it('tells each kernel failure once, with the cells it hit, and lists none that a case expects', () => {
    const sysrq = report.crashes.find(({ title }) => title.includes('sysrq triggered crash'));
    const cells = ['panics', 'panics-as-told', 'panics-otherwise'].map((name) => cellOf(report, name).id);
    expect(sysrq).toMatchObject({ count: 3, cells, expectedIn: [cells[1]], first: { cell: cells[0], attempt: 1, console: 'cells/panics+6.1+aarch64/console.log' } });
    expect(outcome.stdout).toContain(`${sysrq?.title ?? ''}: 2 cells\n    ${cells[0] ?? ''}, ${cells[2] ?? ''}\n`);
    expect(last(cellOf(report, 'panics-as-told')).crashes).toMatchObject([{ expected: true }]);
    expect(report.crashes.map(({ cells: [first] }) => first)).toContain(cellOf(report, 'ends-init').id);
  });

  it('lets nothing raw of a guest reach the terminal or a report', async () => {
    const texts = await Promise.all(['junit.xml', 'results.tap'].map((file) => project.read(`.kit-test/runs/latest/${file}`)));
    for (const text of [outcome.stdout, outcome.stderr, ...texts]) {
      expect(text).not.toMatch(/[\0\u0007\u001b]|\ufffe/);
      expect(text).not.toMatch(/^::/m);
    }
    const console = await readFile(join(project.folder, '.kit-test/runs/latest', last(cellOf(report, 'evil')).console ?? ''));
    expect(console.includes('\x1b[31mred')).toBe(true);
    expect(console.includes(0)).toBe(true);
  });
});

it('keeps a bounded console of a guest that prints without end, and still sees how it ends', async () => {
  await using flood = await createProject({
    'harness.config.ts': files['harness.config.ts'],
    ...scriptCase('flood', 'yes "$(head -c 4000 /dev/zero | tr "\\\\0" y)" | head -c 12582912 >/dev/console; echo >/dev/console; exit 1', 'timeouts: { silence: 10m, total: 10m }'),
  });
  const { code, stdout } = await flood.run(['run', '--matrix']);
  const [cell] = (await flood.report()).cells;
  const attempt = cell?.attempts[0];
  expect(cell?.verdict).toMatchObject({ kind: 'fail', reason: expect.stringContaining('exit=1') as string });
  expect(code).toBe(1);
  expect(attempt?.boot?.consoleBytes).toBeGreaterThan(12 * 1024 ** 2);
  expect((await stat(join(flood.folder, '.kit-test/runs/latest', attempt?.console ?? ''))).size).toBeLessThan(consoleLimit + 300);
  expect(stdout.length).toBeLessThan(20_000);
});

it('calls a pass after a failure flaky, and ends with 0', async () => {
  await using flaky = await createProject(scriptCase('wavers', 'exit 1', 'retries: 2'));
  const { ended } = flaky.start(['run', '--matrix']);
  await expect.poll(async () => (await flaky.events()).some(({ kind }) => kind === 'attempt-end'), { timeout: 60_000, interval: 5 }).toBe(true);
  await flaky.write(scriptCase('wavers', 'exit 0', 'retries: 2'));
  const { code, stdout } = await ended;
  const { cells: [cell], totals } = await flaky.report();
  expect(cell).toMatchObject({ flaky: true, verdict: { kind: 'pass' } });
  expect(cell?.attempts.map(({ verdict }) => verdict.kind)).toEqual(cell?.attempts.map((_, index, all) => (index === all.length - 1 ? 'pass' : 'fail')));
  expect(cell?.attempts.length).toBeGreaterThan(1);
  expect(totals).toMatchObject({ pass: 1, fail: 0, flaky: 1 });
  // Every attempt keeps its evidence, and the first failure is shown.
  const paths = cell?.attempts.flatMap((attempt) => [attempt.console ?? '', attempt.qemuCmd ?? '']) ?? [];
  expect(new Set(paths).size).toBe(2 * (cell?.attempts.length ?? 0));
  for (const path of paths) expect(await flaky.read(`.kit-test/runs/latest/${path}`)).not.toBe('');
  expect(stdout).toMatch(/flaky {2}wavers.* passed at attempt \d; attempt 1: fail: [^]*cells\/wavers\+6\.1\+aarch64\/console\.log:\d+\n[^]*not ok 1 run/);
  expect(await flaky.read('.kit-test/runs/latest/junit.xml')).toMatch(/<flakyFailure [^]*<system-out>console: cells\/wavers\+6\.1\+aarch64\/console\.log\n[^]*not ok 1 run/);
  expect(code).toBe(0);
});
