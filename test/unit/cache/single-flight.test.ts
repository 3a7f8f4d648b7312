// Work shared between callers in one process.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createSingleFlight } from '../../../src/cache/single-flight.ts';

it('runs once for all who ask meanwhile, and again afterwards', async () => {
  const share = createSingleFlight();
  let runs = 0;
  const work = async (): Promise<number> => {
    await sleep(5);
    return ++runs;
  };
  expect(await Promise.all([share('a', work), share('a', work), share('b', work)])).toEqual([1, 1, 2]);
  expect(await share('a', work)).toBe(3);
});

it('gives a failure to everybody and remembers nothing of it', async () => {
  const share = createSingleFlight();
  const failing = (): Promise<number> => Promise.reject(new Error('no'));
  const outcomes = await Promise.allSettled([share('a', failing), share('a', failing)]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await share('a', () => Promise.resolve(1))).toBe(1);
});

it('goes on while one caller still waits, and is aborted when none does', async () => {
  const share = createSingleFlight();
  const seen: AbortSignal[] = [];
  const work = async (signal: AbortSignal): Promise<string> => {
    seen.push(signal);
    await sleep(30);
    return 'done';
  };
  const first = new AbortController();
  const gaveUp = share('a', work, first.signal);
  const stays = share('a', work);
  first.abort(new Error('enough'));
  await expect(gaveUp).rejects.toThrow('enough');
  expect(await stays).toBe('done');
  const only = new AbortController();
  const alone = share('b', work, only.signal);
  await sleep(1);
  only.abort(new Error('stop'));
  await expect(alone).rejects.toThrow('stop');
  expect(seen.map(({ aborted }) => aborted)).toEqual([true, true]);
});

it('does not let a new caller join a flight that was given up', async () => {
  const share = createSingleFlight();
  const abort = new AbortController();
  const old = share('a', async () => {
    await sleep(20);
    return 'old';
  }, abort.signal);
  abort.abort(new Error('stop'));
  await expect(old).rejects.toThrow('stop');
  expect(await share('a', () => Promise.resolve('new'))).toBe('new');
});
