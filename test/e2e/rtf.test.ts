// Cases that are scripts of this machine, as rtf's: real ones, run by the built command.
import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/model/report.ts';
import { verdictReason } from '../../src/model/verdict.ts';
import { cellOf, createProject, type Outcome, type Project } from './project.ts';

const script = (name: string, text: string, yaml = ''): Readonly<Record<string, string>> => ({
  [`cases/${name}/case.yaml`]: `summary: ${name}\nscript: ./test.sh\n${yaml}\n`,
  [`cases/${name}/test.sh`]: `#!/bin/sh\n${text}\n`,
});

const files = {
  'harness.config.ts': 'export default {};\n',
  ...script('passes', 'echo fine'),
  ...script('says-nothing', 'exit 0'),
  ...script('fails', 'echo one; echo "cannot find it" >&2; exit 7'),
  ...script('cancels', '. "${RT_LIB}"; echo "no such hypervisor here"; exit $RT_TEST_CANCEL'),
  ...script('hangs', 'trap "echo stopped >stopped; exit 1" TERM; echo waiting; sleep 1000 & wait', 'timeouts: { total: 2s }'),
  ...script('goes-silent', 'echo waiting; sleep 1000', 'timeouts: { total: 60s, silence: 1s }'),
  ...script('is-killed', 'kill -KILL $$'),
  ...script('reads', 'read -r line || echo "got <$line>"'),
  ...script('variables', 'env | grep ^RT_ | sort; pwd; rt() { . "$RT_LIB"; rt_label_set smoke && rt_label_set linux && ! rt_label_set smo; }; rt', 'labels: [smoke]'),
  ...script('marks', 'echo "Kernel config test suite PASSED"', 'expect: { pass: "suite PASSED" }'),
  ...script('marks-failure', 'echo "suite PASSED"; echo "suite FAILED"', 'expect: { pass: suite PASSED, fail: suite FAILED }'),
  ...script('shows-a-panic', 'echo "[    1.0] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100"'),
  ...script('guards-its-guest', 'echo "[    1.0] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100"', 'expect: { fail: nothing like this }'),
  ...script('tells-results', 'printf "TAP version 14\\n1..2\\nok 1 - a\\nnot ok 2 - b\\n"', 'expect: { protocol: ktap }'),
  ...script('wants-three', 'exit 3', 'expect: { exit: 3 }'),
  ...script('repeats', 'echo "$RT_TEST_NAME"; test "$RT_TEST_NAME" != repeats.3'),
  'cases/repeats/case.yaml': 'summary: repeats\nscript: { file: ./test.sh, repeat: 4 }\n',
  'beside.sh': 'echo "${0##*/}: $*"; test "$1" != between\n',
  ...script('between', 'echo not reached', ''),
  'cases/between/case.yaml': 'summary: between\nscript: { file: ./test.sh, before: ../../beside.sh }\n',
  ...script('around', 'pwd; test "$RT_TEST_NAME" != around.2'),
  'cases/around/case.yaml': 'summary: around\nscript: { file: ./test.sh, before: ../../beside.sh, after: ../../beside.sh, repeat: 3 }\n',
  ...script('cancelled', 'exit 253'),
  'cases/cancelled/case.yaml': 'summary: cancelled\nscript: { file: ./test.sh, after: ../../beside.sh }\n',
  ...script('left', 'true'),
  'cases/left/case.yaml': 'summary: left\nscript: { file: ./test.sh, after: ./after.sh }\n',
  'cases/left/after.sh': 'exit 5\n',
  ...script('elsewhere', 'true', 'needs: { arch: [arm] }'),
};

let project: Project;
let outcome: Outcome;
let report: RunReport;
const consoleOf = (name: string): Promise<string> => readFile(join(project.folder, '.kit-test/runs/latest', cellOf(report, name).attempts[0].console ?? ''), 'utf8');

beforeAll(async () => {
  project = await createProject(files);
  // A project of scripts needs no kernel.
  await rm(join(project.folder, 'kernels'), { recursive: true });
  outcome = await project.run(['run', '--matrix']);
  report = await project.report();
});
afterAll(() => project[Symbol.asyncDispose]());

describe('a case with a script', () => {
  it.each<[string, string, RegExp]>([
    ['passes', 'pass', /^$/],
    ['says-nothing', 'pass', /^$/],
    ['fails', 'fail', /^exit status 7; last line: cannot find it$/],
    ['cancels', 'skip', /^cancelled by the script; last line: no such hypervisor here$/],
    ['hangs', 'timeout', /^not finished after 2\.0s; last line: waiting$/],
    ['goes-silent', 'timeout', /^silent for 1\.0s; last line: waiting$/],
    ['is-killed', 'fail', /^exit status 137$/],
    ['reads', 'pass', /^$/],
    ['variables', 'pass', /^$/],
    ['marks', 'pass', /^$/],
    ['marks-failure', 'fail', /^the guest printed "suite FAILED"/],
    ['shows-a-panic', 'pass', /^$/],
    ['guards-its-guest', 'crash', /^kernel panic: Attempted to kill init!/],
    ['tells-results', 'fail', /^1 result failed: b$/],
    ['wants-three', 'pass', /^$/],
    ['repeats', 'fail', /^exit status 1; last line: repeats\.3$/],
    ['between', 'fail', /^exit status 1; last line: kit-test: beside\.sh failed with exit status 1$/],
    ['around', 'fail', /^exit status 1; last line: beside\.sh: around\.2 1$/],
    ['cancelled', 'skip', /^cancelled by the script; last line: beside\.sh: cancelled 3$/],
    ['left', 'fail', /^exit status 1; last line: kit-test: after\.sh failed with exit status 5$/],
    ['elsewhere', 'skip', /^needs arm, this is /],
  ])('%s: %s', (name, kind, reason) => {
    const { verdict } = cellOf(report, name);
    expect([verdict.kind, verdictReason(verdict)]).toEqual([kind, expect.stringMatching(reason)]);
  });

  it('is one cell, which runs on this machine', () => {
    expect(report.cells.map(({ id }) => id.replace(/[^/]+$/, ''))).toEqual(report.cells.map(({ case: name }) => `${name}/host/`));
    expect(outcome.code).toBe(1);
  });

  it('runs in its own folder with the variables of rtf', async () => {
    const console = await consoleOf('variables');
    expect(console).toContain(`RT_PROJECT_ROOT=${project.folder}/cases\n`);
    expect(console).toContain('RT_TEST_NAME=variables\n');
    expect(console).toContain(`RT_RESULTS=${project.folder}/.kit-test/runs/${report.id}\n`);
    expect(console).toMatch(/^RT_LABELS=smoke:linux:.+$/m);
    expect(console).toMatch(/^RT_OS=linux$/m);
    expect(console).toContain(`\n${project.folder}/cases/variables\n`);
  });

  it('is asked to end before it is killed, and goes with all that it started', async () => {
    expect(await project.read('cases/hangs/stopped')).toBe('stopped\n');
    expect(await processesIn(project.folder)).toEqual([]);
  });

  it('keeps the order of both its outputs, and has nobody to read from', async () => {
    expect(await consoleOf('fails')).toBe('one\ncannot find it\n');
    expect(await consoleOf('reads')).toBe('got <>\n');
    expect(await consoleOf('repeats')).toBe('kit-test: run 1 of 4\nrepeats.1\nkit-test: run 2 of 4\nrepeats.2\nkit-test: run 3 of 4\nrepeats.3\n');
  });

  it('has what runs before and after it in its own folder, each time', async () => {
    const folder = join(project.folder, 'cases/around');
    expect(await consoleOf('around')).toBe(`kit-test: run 1 of 3\nbeside.sh: around.1\n${folder}\nbeside.sh: around.1 0\nkit-test: run 2 of 3\nbeside.sh: around.2\n${folder}\nbeside.sh: around.2 1\n`);
    expect(await consoleOf('between')).not.toContain('not reached');
  });

  it('can be run by hand with the line that is left of it', async () => {
    expect(await project.read(`.kit-test/runs/latest/${cellOf(report, 'passes').attempts[0].qemuCmd ?? ''}`)).toMatch(/^cd .*\/cases\/passes && RT_ROOT=.* \/bin\/sh .*\/cases\/passes\/test\.sh\n$/);
  });
});

describe('selecting scripts', () => {
  it('takes them by case, label and the kernel host, beside cases that boot', async () => {
    await using mixed = await createProject({ ...script('here', 'true', 'labels: [smoke]'), 'cases/there/case.yaml': 'summary: there\nrun: { command: ["true"] }\n' });
    const ids = async (...words: string[]): Promise<readonly string[]> => (JSON.parse((await mixed.run(['list', '--json', ...words])).stdout) as readonly { readonly id: string }[]).map(({ id }) => id.split('/').slice(0, 2).join('/'));
    expect(await ids()).toEqual(['here/host', 'there/6.1']);
    expect(await ids('--kernel', '6.1')).toEqual(['there/6.1']);
    expect(await ids('--kernel', 'host')).toEqual(['here/host']);
    expect(await ids('--label', 'smoke')).toEqual(['here/host']);
    const plan = JSON.parse((await mixed.run(['run', 'here', '--dry-run', '--json'])).stdout) as { readonly cells: readonly { readonly qemu: string }[] };
    expect(plan.cells[0]?.qemu).toContain('/bin/sh ');
  });

});

describe('a group', () => {
  const group = (more = ''): string => `#!/bin/sh\necho "$1 of inner" >>"$RT_PROJECT_ROOT/../order"\n${more}\n`;
  const member = 'echo "$RT_TEST_NAME" >>"$RT_PROJECT_ROOT/../order"';
  const groups = 'group: [../../outer.sh, ../../inner.sh]';
  const makeGroup = (more?: string, last = member): Promise<Project> => createProject({
    'harness.config.ts': 'export default { timeouts: { total: "20s" } };\n',
    'outer.sh': group().replace('inner', 'outer'),
    'inner.sh': group(more),
    ...script('a', member, groups), ...script('b', last, groups), ...script('c', member, 'group: ../../outer.sh'),
  });

  it('is made ready before its first cell and put in order after its last, whatever came of them', async () => {
    await using all = await makeGroup(undefined, `${member}; exit 1`);
    await all.run(['run', '--matrix', '--jobs', '3', '--retries', '1']);
    const order = (await all.read('order')).trim().split('\n');
    expect([order[0], order.at(-1)]).toEqual(['init of outer', 'deinit of outer']);
    expect(order.filter((line) => line !== 'c').slice(1, -1)).toEqual(['init of inner', ...order.filter((line) => /^[ab]$/.test(line)), 'deinit of inner']);
    expect([...order].sort()).toEqual(['a', 'b', 'b', 'c', 'deinit of inner', 'deinit of outer', 'init of inner', 'init of outer']);
  });

  it('that cannot be made ready is an error of its cells alone, and is put in order all the same', async () => {
    await using all = await makeGroup('[ "$1" = deinit ] || { echo no luck; exit 4; }');
    await all.run(['run', '--matrix']);
    const found = await all.report();
    expect(['a', 'b', 'c'].map((name) => cellOf(found, name).verdict)).toEqual([
      expect.objectContaining({ kind: 'error', reason: 'inner.sh init: exit status 4' }), expect.objectContaining({ kind: 'error', reason: 'inner.sh init: exit status 4' }), { kind: 'pass' },
    ]);
    expect((await all.read('order')).match(/deinit of inner/g)).toHaveLength(1);
    expect(await all.read('.kit-test/runs/latest/groups/inner.sh.log')).toBe('kit-test: init\nno luck\nkit-test: deinit\n');
  });

  it('is put in order when the run is interrupted', async () => {
    await using all = await makeGroup(undefined, `${member}; sleep 1000`);
    const { child, ended } = all.start(['run', 'b']);
    while (!(await all.read('order').catch(() => '')).includes('b\n')) await sleep(50);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(await all.read('order')).toBe('init of outer\ninit of inner\nb\ndeinit of inner\ndeinit of outer\n');
  });
});

describe('the words of rtf', () => {
  it('divide scripts by -s, and choose them by a list of labels', async () => {
    await using several = await createProject({ 'harness.config.ts': 'export default {};\n', ...script('a', 'true', 'labels: [x]'), ...script('b', 'true', 'labels: [x, y]'), ...script('c', 'true') });
    const run = async (...words: string[]): Promise<readonly string[]> => (JSON.parse((await several.run(['run', '--dry-run', '--json', ...words])).stdout) as { readonly cells: readonly { readonly id: string }[] }).cells.map(({ id }) => id.split('/')[0] ?? '');
    expect([...(await run('-s', '1/2')), ...(await run('-s', '2/2'))].sort()).toEqual(['a', 'b', 'c']);
    expect(await run('--label', 'x,!y')).toEqual(['a']);
    expect(await run('--label', '!y')).toEqual(['a', 'c']);
  });
});

describe('a run of scripts', () => {
  it('that is interrupted or killed leaves nothing behind', async () => {
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      await project.write({ 'cases/hangs/case.yaml': 'summary: hangs\nscript: ./test.sh\n' });
      const { child, ended } = project.start(['run', 'hangs']);
      while ((await processesIn(project.folder)).length === 0) await sleep(50);
      child.kill(signal);
      expect((await ended).code).toBe(signal === 'SIGINT' ? 130 : null);
      while ((await processesIn(project.folder)).length > 0) await sleep(50);
    }
  });
});

/** Processes whose working folder lies in this one. */
async function processesIn(folder: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(pids.map(async (pid) => ({ pid, cwd: await readlink(`/proc/${pid}/cwd`).catch(() => '') })));
  return all.filter(({ cwd }) => cwd.startsWith(`${folder}/cases/`)).map(({ pid }) => pid);
}
