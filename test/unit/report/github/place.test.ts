// Which commit of which repository a workflow's environment means.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findPlace } from '../../../../src/report/github/place.ts';

const merge = 'a'.repeat(40);
const head = 'b'.repeat(40);
const env = { GITHUB_REPOSITORY: 'me/mine', GITHUB_SHA: merge, GITHUB_RUN_ID: '12' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-test-place-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function placeWith(event: string): Promise<unknown> {
  const path = join(folder, 'event.json');
  await writeFile(path, event);
  return findPlace({ ...env, GITHUB_EVENT_PATH: path });
}

it('takes the commit of a push', async () => {
  expect(await findPlace(env)).toEqual({ apiUrl: 'https://api.github.com', repository: 'me/mine', sha: merge, runUrl: 'https://github.com/me/mine/actions/runs/12' });
});

it("takes a pull request's own commit, not the one that merges it", async () => {
  expect(await placeWith(JSON.stringify({ number: 5, pull_request: { number: 5, head: { sha: head, ref: 'x' } } }))).toMatchObject({ sha: head, pull: 5 });
});

it('takes the commit whose workflow ended, where a workflow_run reports for it', async () => {
  expect(await placeWith(JSON.stringify({ workflow_run: { head_sha: head, pull_requests: [{ number: 6 }] } }))).toMatchObject({ sha: head, pull: 6 });
});

it.each(['', '[]', '{"pull_request":{"head":{"sha":"; rm"}}}'])('falls back on GITHUB_SHA where the event is %j', async (event) => {
  expect(await placeWith(event)).toMatchObject({ sha: merge });
});

it('asks an Enterprise server where the environment names one', async () => {
  expect(await findPlace({ ...env, GITHUB_API_URL: 'https://git.example/api/v3/', GITHUB_SERVER_URL: 'https://git.example/' })).toMatchObject({ apiUrl: 'https://git.example/api/v3', runUrl: 'https://git.example/me/mine/actions/runs/12' });
});

it('names everything that is missing', async () => {
  expect(await findPlace({ GITHUB_REPOSITORY: '../../x', GITHUB_SHA: 'main', GITHUB_API_URL: 'file:///x' })).toEqual({
    missing: ['GITHUB_REPOSITORY (owner/name)', 'GITHUB_SHA (the whole commit id)', 'GITHUB_API_URL (an http or https URL)'],
  });
});
