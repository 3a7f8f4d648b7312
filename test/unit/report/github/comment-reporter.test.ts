// The comment of a pull request told to a GitHub on the loopback interface, which judges each request by GitHub's own description.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GithubSettings } from '../../../../src/model/github.ts';
import { startGithub, sha, type Comment, type Github } from '../../../github/server.ts';
import { attempt, cellResult, eventsOf, hostile } from '../sample.ts';
import { reportRun, type Told } from './report-run.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-test-comment-'));
  await writeFile(join(folder, 'event.json'), JSON.stringify({ pull_request: { number: 7, head: { sha } } }));
});
afterAll(() => rm(folder, { recursive: true }));

const passed = eventsOf([cellResult('boot/6.1/arm', attempt({ kind: 'pass' }))]);
const failed = eventsOf([cellResult('boot/6.1/arm', attempt({ kind: 'fail', reason: 'no lease' }))]);

async function tell(github: Github, events = passed, settings: Partial<GithubSettings> = {}, env: object = { GITHUB_EVENT_PATH: join(folder, 'event.json') }): Promise<Told> {
  const told = await reportRun(['github-comment'], { events, settings, env: { ...github.env, ...env } });
  expect(github.mistakes, "what GitHub's description does not allow").toEqual([]);
  return told;
}

const person = (id: number, body: string): Comment => ({ id, body, user: { login: 'octocat', type: 'User' } });
const ours = ({ comments }: Github): readonly string[] => comments.filter(({ user }) => user.type === 'Bot').map(({ body }) => body);

it('makes one comment, and brings it up to date with the next run', async () => {
  await using github = await startGithub();
  await tell(github, failed);
  expect(ours(github)).toEqual([expect.stringMatching(/kit-test: 1 fail of 1 cell.*no lease.*commit c0ffee0000, <a href="https:\/\/github\.example/s)]);
  await tell(github, passed);
  expect(ours(github)).toEqual([expect.stringContaining('kit-test: 1 pass of 1 cell')]);
});

it('finds its comment behind hundreds of others', async () => {
  await using github = await startGithub();
  github.comments.push(...Array.from({ length: 250 }, (_, index) => person(index + 1, 'looks good to me')));
  await tell(github);
  github.comments.push(...Array.from({ length: 60 }, (_, index) => person(index + 400, 'me too')));
  await tell(github, failed);
  expect(ours(github)).toEqual([expect.stringContaining('1 fail')]);
});

it('leaves a comment alone that somebody copied from its own', async () => {
  await using github = await startGithub();
  github.comments.push(person(1, '<!-- kit-test: kit-test -->\ncopied'));
  github.comments.push({ id: 2, body: '<!-- kit-test: kit-test -->\nold', user: { login: 'github-actions[bot]', type: 'Bot' } });
  await tell(github);
  expect(github.comments.map(({ body }) => body.split('\n')[1]?.slice(0, 20))).toEqual(['copied', '<h3>kit-test: 1 pass']);
});

it('keeps a comment for each context', async () => {
  await using github = await startGithub();
  await tell(github, passed);
  await tell(github, failed, { context: 'nightly --> x' });
  await tell(github, passed, { context: 'nightly --> x' });
  expect(ours(github).map((body) => body.split('\n')[0])).toEqual(['<!-- kit-test: kit-test -->', '<!-- kit-test: nightly%20--%3E%20x -->']);
});

it('makes no second comment where the answer to the first was lost', async () => {
  let lost = 0;
  await using github = await startGithub(({ operation, body }) => {
    if (operation !== 'issues/create-comment' || lost > 0) return undefined;
    lost += 1;
    // GitHub has it, and the connection breaks.
    github.comments.push({ id: 1, body: (body as { readonly body: string }).body, user: { login: 'github-actions[bot]', type: 'Bot' } });
    return { status: 502 };
  });
  expect(await tell(github)).toMatchObject({ warnings: [] });
  expect(ours(github)).toHaveLength(1);
});

it('finds the pull request of a pushed commit, and says nothing where a commit has none', async () => {
  await using github = await startGithub();
  await tell(github, passed, {}, {});
  expect(ours(github)).toHaveLength(1);
  await using other = await startGithub(({ operation }) => (operation.startsWith('repos/list-pull') ? { status: 200 } : undefined));
  expect(await tell(other, passed, {}, {})).toMatchObject({ warnings: [] });
  expect(other.comments).toEqual([]);
});

it('says what a token without permission lacks', async () => {
  await using github = await startGithub(({ method }) => (method === 'GET' ? undefined : { status: 403, message: 'Resource not accessible by integration' }));
  const { warnings } = await tell(github);
  expect(warnings).toEqual([expect.stringMatching(/pull-request comments.*pull-requests: write/)]);
});

it('stays within the length that GitHub takes, whatever a run prints', async () => {
  const cells = Array.from({ length: 300 }, (_, index) => cellResult(`case-${index}/6.1/arm`, attempt({ kind: 'fail', reason: `${index} ${hostile.join(' ')}` }, { excerpt: hostile.map((text, line) => ({ number: line, text })) })));
  await using github = await startGithub();
  expect(await tell(github, eventsOf(cells))).toMatchObject({ warnings: [] });
  expect(ours(github)).toEqual([expect.stringMatching(/further sections left out/)]);
});
