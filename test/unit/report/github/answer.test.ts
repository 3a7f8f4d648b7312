// GitHub's answers as its documentation lists them, and what each means.
import { expect, it } from 'vitest';
import { meaningOf } from '../../../../src/report/github/answer.ts';

const topic = { name: 'commit statuses', permission: 'statuses: write' };
const now = Date.UTC(2026, 0, 1);
const meaning = (status: number, message: string, headers: Readonly<Record<string, string>> = {}) => meaningOf({ status, headers, text: JSON.stringify({ message }) }, topic, now);

it.each([
  ['a secondary limit with Retry-After', 403, 'You have exceeded a secondary rate limit', { 'retry-after': '7' }, 7000],
  ['the same with status 429', 429, 'slow down', { 'retry-after': '2' }, 2000],
  ['the primary limit until its reset', 403, 'API rate limit exceeded for installation', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 90) }, 90_000],
  ['a reset that has passed by our clock', 429, 'x', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 - 90) }, 1000],
  ['a limit without any header', 403, 'You have exceeded a secondary rate limit', {}, 60_000],
])('waits at %s', (_, status, message, headers, ms) => {
  expect(meaning(status, message, headers)).toEqual({ kind: 'wait', ms });
});

it.each([500, 502, 503, 504, 408])('asks again after status %i', (status) => {
  expect(meaning(status, 'Server Error')).toMatchObject({ kind: 'again' });
});

it('takes a token without permission for what it is, although requests are left', () => {
  expect(meaning(403, 'Resource not accessible by integration', { 'x-ratelimit-remaining': '4999', 'x-ratelimit-reset': '1' })).toMatchObject({
    kind: 'refused',
    all: false,
    why: 'status 403: Resource not accessible by integration',
    hint: expect.stringContaining('permissions: { contents: read, statuses: write }') as string,
  });
});

it('gives up everything with a token that was revoked', () => {
  expect(meaning(401, 'Bad credentials')).toMatchObject({ kind: 'refused', all: true, hint: expect.stringContaining('revoked') as string });
});

it('shows no page of HTML that a proxy answers', () => {
  expect(meaningOf({ status: 404, headers: {}, text: '<html>no</html>' }, topic, now)).toMatchObject({ kind: 'refused', why: 'status 404' });
});
