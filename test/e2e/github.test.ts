// A real run that tells a GitHub on the loopback interface about itself; each request is judged by GitHub's own description.
import { join } from 'node:path';
import { beforeAll, afterAll, expect, it } from 'vitest';
import { sha, startGithub, type Github } from '../github/server.ts';
import { createProject, scriptCase, type Project } from './project.ts';

let project: Project;
beforeAll(async () => {
  project = await createProject({ ...scriptCase('good', 'true'), ...scriptCase('bad', 'exit 1') });
});
afterAll(() => project[Symbol.asyncDispose]());

const states = (github: Github): readonly (readonly [string, string, string])[] => [...github.statuses().values()].map(({ context, state, description }) => [context, state, description] as const).sort(([a], [b]) => (a < b ? -1 : 1));

it('tells commit statuses from pending to the end, with the verdict of the run', async () => {
  await using github = await startGithub();
  const { code, stderr } = await project.run(['run', 'good', '--github-status'], github.env);
  expect(stderr).not.toContain('warning');
  expect(code).toBe(0);
  expect(github.mistakes).toEqual([]);
  expect(states(github)).toEqual([
    ['kit-test', 'success', expect.stringMatching(/^1 pass in /)],
    ['kit-test / 6.1 / aarch64', 'success', '1 pass'],
  ]);
  expect(github.history('kit-test').map(({ state }) => state)).toEqual(['pending', 'success']);
});

it('tells a check run, with an annotation at the line of the case that failed', async () => {
  await using github = await startGithub();
  const { code, stderr } = await project.run(['run', 'good', 'bad', '--github-check'], github.env);
  expect([code, github.mistakes]).toEqual([1, []]);
  expect(stderr).not.toContain('warning');
  expect(github.checks).toMatchObject([{
    status: 'completed',
    conclusion: 'failure',
    output: { title: expect.stringMatching(/^1 pass, 1 fail of 2 cells in /) as string, summary: expect.stringContaining('<span title="bad/6.1/aarch64: fail') as string },
    annotations: [{ path: 'cases/bad/case.yaml', start_line: 2, annotation_level: 'failure', title: 'fail: bad/6.1/aarch64', message: expect.stringContaining('repeat: kit-test run bad') as string }],
  }]);
});

it('tells everything at once to the pull request that a workflow tests, and again with the next run', async () => {
  await using github = await startGithub();
  await project.write({ 'event.json': JSON.stringify({ pull_request: { number: 7, head: { sha } } }) });
  const env = { ...github.env, GITHUB_SHA: 'f'.repeat(40), GITHUB_EVENT_PATH: join(project.folder, 'event.json') };
  const words = ['run', 'good', '--github-status', '--github-check', '--github-comment'];
  expect((await project.run(words, env)).code).toBe(0);
  const { code, stderr } = await project.run(words, env);
  expect([code, github.mistakes]).toEqual([0, []]);
  expect(stderr).not.toContain('warning');
  expect(github.statuses().size).toBe(2);
  expect(github.checks.map(({ head_sha: commit, conclusion }) => [commit, conclusion])).toEqual([[sha, 'success'], [sha, 'success']]);
  expect(github.comments.map(({ body }) => body)).toEqual([expect.stringContaining('kit-test: 1 pass of 1 cell')]);
});

it('keeps the verdict of a run whose token was refused, says so once, and leaves every report', async () => {
  await using github = await startGithub(() => ({ status: 403, message: 'Resource not accessible by integration' }));
  await project.write({ 'harness.config.ts': `export default { matrix: { kernels: ['6.1'], arch: ['aarch64'] }, accel: 'tcg', tcgScale: 1, github: { status: true } };\n` });
  const { code, stderr } = await project.run(['run', '--matrix'], github.env);
  expect(code).toBe(1);
  expect(stderr.match(/^warning .*/gm)).toEqual([expect.stringMatching(/^warning GitHub: commit statuses .*Resource not accessible by integration.*statuses: write/)]);
  expect((await project.report()).totals).toMatchObject({ pass: 1, fail: 1 });
});

it('calls a cancelled run cancelled', async () => {
  await using github = await startGithub();
  await project.write(scriptCase('slow', 'sleep 100'));
  const { child, ended } = project.start(['run', 'slow', '--github-status'], github.env);
  await expect.poll(async () => (await project.events()).some((event) => event.kind === 'cell-phase' && event.phase === 'boot' && event.id.startsWith('slow/')), { timeout: 60_000 }).toBe(true);
  child.kill('SIGINT');
  const { code } = await ended;
  expect(code).toBe(130);
  expect(states(github)).toEqual([
    ['kit-test', 'error', 'cancelled: 1 of 1 cell did not end'],
    ['kit-test / 6.1 / aarch64', 'error', 'cancelled: 1 of 1 cell did not end'],
  ]);
});

it('reports from no machine that is neither a workflow nor has a token', async () => {
  await using github = await startGithub();
  const { code, stderr } = await project.run(['run', 'good'], { ...github.env, GITHUB_TOKEN: undefined, GITHUB_ACTIONS: undefined });
  expect([code, github.asked]).toEqual([0, []]);
  expect(stderr).not.toContain('GitHub');
});
