// Check runs told to a GitHub on the loopback interface, which judges each request by GitHub's own description.
import { expect, it } from 'vitest';
import { startGithub, type Github } from '../../../github/server.ts';
import { attempt, cellResult, eventsOf, sampleEvents } from '../sample.ts';
import { holdUntil, reportRun, type Telling, type Told } from './report-run.ts';

async function tell(github: Github, telling: Partial<Telling> = {}, names = ['github-check']): Promise<Told> {
  const told = await reportRun(names, { ...telling, env: { ...github.env, ...telling.env } });
  expect(github.mistakes, "what GitHub's description does not allow").toEqual([]);
  return told;
}

const pass = cellResult('good/6.1/arm', attempt({ kind: 'pass' }));
const manyFailures = eventsOf(Array.from({ length: 120 }, (_, index) => cellResult(`case-${index}/6.1/arm`, attempt({ kind: 'fail', reason: `reason ${index % 7}` }))));

it('is in progress while the run goes on, and ends with its verdict at the same commit', async () => {
  await using github = await startGithub();
  await tell(github, { after: holdUntil(() => github.checks[0]?.status === 'in_progress') });
  expect(github.asked.map(({ body }) => (body as { readonly status: string }).status)).toEqual(['in_progress', 'completed']);
  expect(github.checks).toMatchObject([{ name: 'kit-test', head_sha: github.env['GITHUB_SHA'], status: 'completed', conclusion: 'failure', details_url: 'https://github.example/octo/kernel.tests/actions/runs/4711' }]);
});

it('puts annotations at the line of the case that says what runs, one for each case and reason', async () => {
  await using github = await startGithub();
  await tell(github);
  const places = github.checks[0]?.annotations.map(({ path, start_line: line, annotation_level: level, title }) => `${path}:${line} ${level} ${title}`);
  expect(places).toEqual([
    'cases/boot/case.yaml:2 failure timeout: boot/6.1/arm',
    'cases/namespaces/case.yaml:2 failure fail: namespaces/6.1/arm',
    'cases/filesystems/case.yaml:2 failure crash: filesystems/6.1/x86_64 and 1 more cell',
    'cases/network/case.yaml:2 failure fail: network/6.1/arm',
    'cases/wavers/case.yaml:2 failure fail: wavers/6.1/x86_64',
    'cases/modules/case.yaml:2 failure error: modules/6.1/arm',
    'cases/hostile/case.yaml:2 failure fail: hostile/6.1/x86_64',
    'cases/network/case.yaml:2 warning flaky: network/6.1/x86_64',
  ]);
});

it('sends any number of annotations, fifty at a time, after the verdict', async () => {
  await using github = await startGithub();
  await tell(github, { events: manyFailures });
  expect(github.checks[0]?.annotations).toHaveLength(120);
  const sizes = github.asked.map(({ body }) => (body as { readonly output: { readonly annotations?: readonly unknown[] } }).output.annotations?.length ?? 0);
  expect(sizes).toEqual([0, 50, 50, 20]);
  expect(github.asked.map(({ body }) => (body as { readonly conclusion?: string }).conclusion)).toEqual([undefined, 'failure', undefined, undefined]);
});

it.each([
  ['success', eventsOf([pass])],
  ['failure', eventsOf([pass, cellResult('ours/6.1/arm', attempt({ kind: 'error', stage: 'image', reason: 'no' }))])],
  ['cancelled', sampleEvents.slice(0, 8)],
])('ends as %s', async (conclusion, events) => {
  await using github = await startGithub();
  await tell(github, { events });
  expect(github.checks).toMatchObject([{ status: 'completed', conclusion }]);
});

it('tells the whole at the end where the beginning was lost', async () => {
  await using github = await startGithub((_, count) => (count < 4 ? { status: 502 } : undefined));
  expect(await tell(github, { events: eventsOf([pass]) })).toMatchObject({ warnings: [expect.stringContaining('status 502')] });
  expect(github.checks).toMatchObject([{ status: 'completed', conclusion: 'success' }]);
});

it('says once what the token lacks, and leaves the statuses alone', async () => {
  await using github = await startGithub(({ operation }) => (operation.startsWith('checks/') ? { status: 403, message: 'Resource not accessible by integration' } : undefined));
  const { warnings } = await tell(github, {}, ['github-check', 'github-status']);
  expect(warnings).toEqual([expect.stringMatching(/^GitHub: check runs are missing.*checks: write/)]);
  expect(github.statuses().get('kit-test')).toMatchObject({ state: 'failure' });
  expect(github.asked.filter(({ operation }) => operation.startsWith('checks/'))).toHaveLength(1);
});

it('warns once for everything when the token is revoked in the middle', async () => {
  await using github = await startGithub((_, count) => (count < 2 ? undefined : { status: 401, message: 'Bad credentials' }));
  const { warnings } = await tell(github, { after: holdUntil(() => github.asked.length >= 2) }, ['github-check', 'github-status']);
  expect(warnings).toEqual([expect.stringContaining('Bad credentials')]);
});
