// What earlier runs say, over real runs of a project whose case changes: new, lasting, fixed, flaky; killed; not at all.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CellHistory } from '../../src/model/history.ts';
import { cellOf, createProject, scriptCase, type Outcome, type Project } from './project.ts';

let project: Project;
beforeAll(async () => {
  project = await createProject({ 'cases/changes/case.yaml': 'summary: reads what changes\nrun: { command: [sh, ./answer], copy: [answer] }\n' });
});
afterAll(() => project[Symbol.asyncDispose]());

/** A run in which the guest reads `answer`. */
async function runWith(answer: string, ...words: readonly string[]): Promise<Outcome & { readonly history: CellHistory | undefined }> {
  await project.write({ 'cases/changes/answer': `${answer}\n` });
  const outcome = await project.run(['run', '--matrix', ...words]);
  return { ...outcome, history: cellOf(await project.report(), 'changes').history };
}

describe('a cell that passes, fails, and fails again', () => {
  const runs: Awaited<ReturnType<typeof runWith>>[] = [];
  beforeAll(async () => {
    for (const answer of ['exit 0', 'exit 1', 'exit 1 # still', 'exit 3', 'exit 0 # repaired']) runs.push(await runWith(answer));
  });

  it('is seen for the first time, fails newly, fails since then, fails in another way, is fixed', () => {
    expect(runs.map(({ history }) => history?.state)).toEqual(['first', 'new', 'since', 'new', 'fixed']);
    expect(runs.map(({ history }) => history?.runs)).toEqual([1, 2, 3, 4, 5]);
    expect(runs.map(({ history }) => history?.flaky)).toEqual(Array(5).fill(false));
  });

  it('names the run since which it fails', async () => {
    const ids = (await readdir(join(project.folder, '.kit-test/runs'))).filter((name) => name !== 'latest').sort();
    expect(runs[2]?.history?.since).toMatchObject({ run: ids[1], runs: 2 });
    expect(runs[2]?.stdout).toContain(`  fails since run ${ids[1]} (2 runs)\n`);
    expect(runs[4]?.history?.since).toMatchObject({ run: ids[1], runs: 3 });
    expect(runs[4]?.stdout).toContain(`changes/6.1/aarch64  fixed: failed since run ${ids[1]} (3 runs)\n`);
  });

  it('says so on the terminal', () => {
    expect(runs[0]?.stdout).not.toMatch(/history|first run/);
    expect(runs[1]?.stdout).toMatch(/changes {2}6\.1\/aarch64\n {2}new failure\n/);
    expect(runs[1]?.stdout).toMatch(/^history {2}1 new failure$/m);
  });

  it('says so in JUnit and TAP, also of a run that is rendered again', async () => {
    await rm(join(project.folder, '.kit-test/runs/latest/junit.xml'));
    await project.run(['report', 'render']);
    expect(await project.read('.kit-test/runs/latest/junit.xml')).toMatch(/<property name="history" value="fixed: failed since run \d{8}T\d{9}-[0-9a-f]{4} \(3 runs\)"\/>/);
    expect(await project.read('.kit-test/runs/latest/results.tap')).toMatch(/^ {2}history: "fixed: failed since run /m);
  });
});

describe('a run that is to remember nothing', () => {
  it.each([['by --no-history', ['--no-history'], {}], ['by its configuration', ['--config', 'quiet.config.ts'], { 'quiet.config.ts': `export default { matrix: { kernels: ['6.1'], arch: ['aarch64'] }, accel: 'tcg', history: false };\n` }]])('neither reads nor writes a history, %s', async (_, words, files) => {
    await project.write(files);
    const before = await readdir(join(project.folder, '.kit-test/history'));
    const { history, stdout } = await runWith('exit 1', ...words);
    expect(history).toBeUndefined();
    expect(stdout).not.toMatch(/new failure/);
    expect(await readdir(join(project.folder, '.kit-test/history'))).toEqual(before);
  });
});

it('a guest that passes and fails with the same image is flaky', async () => {
  await using wavering = await createProject(scriptCase('wavers', 'test "$(cat /proc/sys/kernel/random/uuid | tr -dc 0-7 | head -c1)" -lt 4'));
  const seen = new Set<string>();
  let history: CellHistory | undefined;
  // Equal images throughout: what differs is what the guest drew.
  for (let run = 0; run < 20 && seen.size < 2; run += 1) {
    await wavering.run(['run', '--matrix']);
    const cell = cellOf(await wavering.report(), 'wavers');
    seen.add(cell.verdict.kind);
    history = cell.history;
  }
  expect([...seen].sort()).toEqual(['fail', 'pass']);
  expect(history).toMatchObject({ flaky: true, failed: expect.any(Number) as number });
});

it('a run that is killed is remembered as far as it got', async () => {
  await using killed = await createProject({ ...scriptCase('a-ends', 'exit 1'), ...scriptCase('b-hangs', 'sleep 1000', 'timeouts: { silence: 100s }') });
  const first = killed.start(['run', '--matrix', '--jobs', '2', '--boot', 'cold']);
  while (!(await killed.events()).some(({ kind }) => kind === 'cell-end')) await new Promise((resolve) => setTimeout(resolve, 100));
  first.child.kill('SIGKILL');
  await first.ended;
  const { stdout } = await killed.run(['run', 'a-ends', '--kernel', '6.1', '--arch', 'aarch64']);
  expect(cellOf(await killed.report(), 'a-ends').history).toMatchObject({ state: 'since', runs: 2 });
  expect(stdout).toMatch(/fails since run \S+ \(2 runs\)/);
});
