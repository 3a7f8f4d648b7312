// Commit statuses told to a GitHub on the loopback interface, which judges each request by GitHub's own description.
import { expect, it } from 'vitest';
import { startGithub, type Github } from '../../../github/server.ts';
import { attempt, cellResult, eventsOf, sampleEvents } from '../sample.ts';
import { holdUntil, reportRun, type Telling, type Told } from './report-run.ts';

async function tell(github: Github, { env, ...telling }: Partial<Telling> = {}): Promise<Told> {
  const told = await reportRun(['github-status'], { ...telling, env: { ...github.env, ...env } });
  expect(github.mistakes, "what GitHub's description does not allow").toEqual([]);
  return told;
}

const states = (github: Github): Readonly<Record<string, string>> => Object.fromEntries([...github.statuses().values()].map(({ context, state }) => [context, state]));
const ended = { 'kit-test': 'failure', 'kit-test / 6.1 / arm': 'failure', 'kit-test / 6.1 / x86_64': 'failure' };

it('ends with a status for the run and one for each kernel and architecture', async () => {
  await using github = await startGithub();
  expect(await tell(github)).toMatchObject({ warnings: [] });
  expect([...github.statuses().values()].sort((a, b) => (a.context < b.context ? -1 : 1))).toMatchInlineSnapshot(`
    [
      {
        "context": "kit-test",
        "description": "4 pass, 2 cached, 1 flaky, 2 known, 4 fail, 2 crash, 1 timeout, 1 error, 1 skip in 2m 25s: boot, namespaces, filesystems, network, 3 more",
        "state": "failure",
        "target_url": "https://github.example/octo/kernel.tests/actions/runs/4711",
      },
      {
        "context": "kit-test / 6.1 / arm",
        "description": "2 pass, 1 cached, 1 known, 2 fail, 1 crash, 1 timeout, 1 error: boot, namespaces, filesystems, network, modules",
        "state": "failure",
        "target_url": "https://github.example/octo/kernel.tests/actions/runs/4711",
      },
      {
        "context": "kit-test / 6.1 / x86_64",
        "description": "2 pass, 1 cached, 1 flaky, 1 known, 2 fail, 1 crash, 1 skip: filesystems, hostile, wavers",
        "state": "failure",
        "target_url": "https://github.example/octo/kernel.tests/actions/runs/4711",
      },
    ]
  `);
});

it('begins with pending ones, a second apart', async () => {
  await using github = await startGithub();
  const pending = Object.fromEntries(Object.keys(ended).map((context) => [context, 'pending']));
  await tell(github, { after: holdUntil(() => github.statuses().size === 3) });
  expect(Object.fromEntries(Object.keys(ended).map((context) => [context, github.history(context)[0]?.state]))).toEqual(pending);
  const [first, second] = github.asked;
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(950);
});

it('tells a kernel and architecture as soon as its last cell has ended, and not again at the end', async () => {
  const events = eventsOf([cellResult('a/6.1/arm', attempt({ kind: 'pass' })), cellResult('a/6.1/x86_64', attempt({ kind: 'fail', reason: 'no' }))]);
  await using github = await startGithub();
  const start = holdUntil(() => github.statuses().size === 3);
  const armEnded = holdUntil(() => states(github)['kit-test / 6.1 / arm'] === 'success', (event) => event.kind === 'cell-end' && event.result.arch === 'arm');
  let during: Readonly<Record<string, string>> = {};
  await tell(github, {
    events,
    async after(event) {
      await start(event);
      await armEnded(event);
      if (event.kind === 'cell-end' && event.result.arch === 'arm') during = states(github);
    },
  });
  expect(during).toEqual({ 'kit-test': 'pending', 'kit-test / 6.1 / arm': 'success', 'kit-test / 6.1 / x86_64': 'pending' });
  expect(github.history('kit-test / 6.1 / arm').map(({ state }) => state)).toEqual(['pending', 'success']);
});

it('tells a part of a run under a name of its own', async () => {
  await using github = await startGithub();
  const shard = { index: 2, count: 4, plan: 'ab', matrix: [] };
  await tell(github, { events: sampleEvents.map((event) => (event.kind === 'run-start' ? { ...event, shard } : event.kind === 'run-end' ? { ...event, report: { ...event.report, shard } } : event)) });
  expect(states(github)).toEqual({ 'kit-test 2/4': 'failure', 'kit-test 2/4 / 6.1 / arm': 'failure', 'kit-test 2/4 / 6.1 / x86_64': 'failure' });
});

it('writes the same contexts when the run is repeated', async () => {
  await using github = await startGithub();
  await tell(github);
  await tell(github);
  expect(states(github)).toEqual(ended);
});

it('tells all of a run at its end where nothing was told before, as for a run that is rendered again', async () => {
  await using github = await startGithub();
  const { default: module } = await import('../../../../src/report/reporters/github-status.ts');
  const { GithubSchema } = await import('../../../../src/model/github.ts');
  const { foldEvents } = await import('../../../../src/report/fold.ts');
  const context = { folder: '/', root: '/', cwd: '/', stdout: process.stdout, env: github.env, github: GithubSchema.parse({ context: 'nightly', targetUrl: 'https://pages.example/{run}/{sha}' }), warn: () => undefined };
  await module.create(context).onEnd?.(foldEvents(sampleEvents));
  expect([...github.statuses().values()].find(({ context: name }) => name === 'nightly / 6.1 / arm')?.target_url).toBe(`https://pages.example/20261121T093000000-3f9a/${github.env['GITHUB_SHA'] ?? ''}#q=/6.1/arm`);
});

it.each([
  ['a server error twice', { status: 502 }, 2],
  ['closed connections twice', 'cut', 2],
  ['a limit that asks for a second', { status: 429, headers: { 'retry-after': '1' } }, 2],
  ['a secondary limit that asks for a second', { status: 403, message: 'You have exceeded a secondary rate limit', headers: { 'retry-after': '1' } }, 2],
] as const)('gets everything told after %s', async (_, trouble, times) => {
  await using github = await startGithub((__, count) => (count < times ? trouble : undefined));
  const { warnings } = await tell(github);
  expect(warnings).toEqual([]);
  expect(states(github)).toEqual(ended);
});

it('says once what a token without permission lacks, and asks no more', async () => {
  await using github = await startGithub(() => ({ status: 403, message: 'Resource not accessible by integration', headers: { 'x-ratelimit-remaining': '4000' } }));
  const { warnings } = await tell(github, { after: holdUntil(() => github.asked.length >= 1) });
  expect(warnings).toEqual([expect.stringMatching(/^GitHub: commit statuses are missing or out of date: status 403: Resource not accessible by integration\. .*statuses: write.*forks/)]);
  expect(github.asked).toHaveLength(1);
});

it('says once that a token was revoked while the run went on', async () => {
  await using github = await startGithub((_, count) => (count < 1 ? undefined : { status: 401, message: 'Bad credentials' }));
  const { warnings } = await tell(github, { after: holdUntil(() => github.asked.length >= 1) });
  expect(warnings).toEqual([expect.stringContaining('revoked')]);
  expect(states(github)).toEqual({ 'kit-test': 'pending' });
});

it('says that a commit is not in the repository', async () => {
  await using github = await startGithub();
  const { warnings } = await tell(github, { env: { GITHUB_SHA: 'd'.repeat(40) } });
  expect(warnings).toEqual([expect.stringContaining(`No commit found for SHA: ${'d'.repeat(40)}`)]);
});

it('does not wait at the end for a limit that lasts longer', async () => {
  const reset = String(Math.ceil(Date.now() / 1000) + 1800);
  await using github = await startGithub(() => ({ status: 403, message: 'API rate limit exceeded', headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset } }));
  const { warnings, endMs } = await tell(github, { after: holdUntil(() => github.asked.length >= 1) });
  expect(warnings).toEqual([expect.stringContaining('limit of requests is reached until')]);
  expect(endMs).toBeLessThan(5000);
});

it('ends within its limit where GitHub never answers, and sooner when the run was cancelled', async () => {
  await using github = await startGithub(() => 'hang');
  const { warnings, endMs } = await tell(github, { events: sampleEvents.slice(0, -1) });
  expect(endMs).toBeLessThan(10_000);
  expect(warnings).toEqual([expect.stringContaining('there was no more time')]);
});

it('says what has to be set where there is neither token nor repository', async () => {
  const { warnings } = await reportRun(['github-status'], { env: {} });
  expect(warnings).toEqual(['GitHub: nothing is reported: set GITHUB_TOKEN (in a workflow: `env: { GITHUB_TOKEN: ${{ github.token }} }`), GITHUB_REPOSITORY (owner/name), GITHUB_SHA (the whole commit id)']);
});

it('shows no token, even where an answer repeats it', async () => {
  await using github = await startGithub(() => ({ status: 422, message: 'wrong: ghs_secretOfTheTests0123456789' }));
  const { warnings } = await tell(github);
  expect(warnings).toEqual([expect.stringContaining('wrong: ***')]);
});
