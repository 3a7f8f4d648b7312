// A run that was killed goes on; what failed runs again.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { TestResult } from '../../src/model/console.ts';
import type { RunReport } from '../../src/model/report.ts';
import { verdictReason } from '../../src/model/verdict.ts';
import { createProject, scriptCase, type Project } from './project.ts';

const cases = { ...scriptCase('a-good', 'true'), ...scriptCase('b-bad', 'echo no; exit 3'), ...scriptCase('c-good', 'true'), ...scriptCase('d-good', 'true') };

/** What two runs of the same cells have in common: not on which line a guest said it, for a kernel that is slow says more. */
const lasting = ({ cells, totals, exitCode }: RunReport): object => ({
  totals,
  exitCode,
  cells: cells.map(({ id, verdict, flaky, repeat, attempts }) => ({ id, verdict: verdict.kind, reason: verdictReason(verdict), flaky, repeat, attempts: attempts.map(({ number, results, console }) => ({ number, results: results.map(withoutLine), console })) })),
});

const withoutLine = (result: TestResult): object => ({ ...result, line: 0, children: result.children.map(withoutLine) });

/** Kills the run at once when its events hold `enough`. */
async function killWhen(project: Project, words: readonly string[], enough: (kinds: readonly string[]) => boolean): Promise<void> {
  const { child, ended } = project.start(words);
  const state = { over: false };
  void ended.then(() => (state.over = true));
  while (!state.over && !enough((await project.events().catch(() => [])).map(({ kind }) => kind))) await sleep(20);
  child.kill('SIGKILL');
  await ended;
}

describe('kit-test run --resume', () => {
  it('ends with the report of a run that was never killed, and repeats no cell that has its verdict', async () => {
    await using project = await createProject(cases);
    await project.run(['run', '--matrix', '--jobs', '1']);
    const whole = lasting(await project.report());
    // While it plans, while the first cell boots, between cells, in the middle of the last one.
    for (const ends of [0, 1, 3]) {
      await killWhen(project, ['run', '--matrix', '--jobs', '1'], (kinds) => kinds.filter((kind) => kind === 'cell-end').length >= ends && kinds.filter((kind) => kind === 'cell-phase').length > ends);
      const before = (await project.events()).filter(({ kind }) => kind === 'cell-end');
      const outcome = await project.run(['run', '--resume']);
      expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining(`${4 - before.length} of 4 cells are left`) as string });
      expect(lasting(await project.report())).toEqual(whole);
      const after = await project.events();
      expect(after.filter(({ kind }) => kind === 'cell-end')).toHaveLength(4);
      expect(after.filter(({ kind }) => kind === 'run-start')).toHaveLength(1);
      expect(after).toEqual(expect.arrayContaining([...before]));
    }
  });

  it('ends the same whenever SIGKILL comes', async () => {
    await using project = await createProject(cases);
    const from = Date.now();
    await project.run(['run', '--matrix', '--jobs', '2']);
    const wholeMs = Date.now() - from;
    const whole = lasting(await project.report());
    // KIT_TEST_KILLS=50 takes some minutes.
    for (let kill = 0; kill < Number(process.env['KIT_TEST_KILLS'] ?? 3); kill += 1) {
      const killMs = Math.random() * wholeMs;
      const { child, ended } = project.start(['run', '--matrix', '--jobs', '2', '--output', 'part']);
      await sleep(killMs);
      child.kill('SIGKILL');
      await ended;
      const planned = await project.read('part/events.ndjson').then((text) => text.includes('\n'), () => false);
      // Before a run has planned its cells there is nothing to go on with.
      const outcome = await project.run(planned ? ['run', '--resume', 'part'] : ['run', '--matrix', '--output', 'part']);
      expect(outcome, `killed after ${killMs} ms`).toMatchObject({ code: 1 });
      expect(lasting(JSON.parse(await project.read('part/report.json')) as RunReport), `killed after ${killMs} ms`).toEqual(whole);
    }
  });

  it('refuses what would change the cells, and a run that is not there', async () => {
    await using project = await createProject(cases);
    expect(await project.run(['run', '--resume', '--kernel', '6.1'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--kernel') as string });
    expect(await project.run(['run', '--resume'])).toMatchObject({ code: 2, stderr: expect.stringContaining('NO_SUCH_RUN') as string });
  });
});

describe('kit-test run --last-failed', () => {
  it('runs what failed in the newest run, until nothing does', async () => {
    await using project = await createProject(cases);
    await project.run(['run', '--matrix']);
    await project.write(scriptCase('b-bad', 'true'));
    expect(await project.run(['run', '--last-failed'])).toMatchObject({ code: 0 });
    expect((await project.report()).cells.map(({ case: name }) => name)).toEqual(['b-bad']);
    expect(await project.run(['run', '--last-failed'])).toMatchObject({ code: 0, stdout: 'nothing failed in the newest run\n' });
  });
});
