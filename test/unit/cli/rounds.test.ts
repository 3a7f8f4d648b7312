import { describe, expect, it } from 'vitest';
import { roundPlan } from '../../../src/cli/rounds.ts';

describe('the options of rounds', () => {
  it.each([
    ['nothing', {}, undefined],
    ['--retries', { retries: 2 }, undefined],
    ['--repeat', { repeat: 20 }, { planned: 20 }],
    ['--until-fail', { untilFail: true }, { untilFail: true }],
    ['--until-fail with a bound', { untilFail: true, repeat: 50, for: 60_000 }, { planned: 50, untilFail: true, forMs: 60_000 }],
    ['--repeat with --retries 0', { repeat: 2, retries: 0 }, { planned: 2 }],
  ])('make a plan of %s', (_, options, plan) => {
    expect(roundPlan(options)).toEqual(plan);
  });

  it.each([
    [{ repeat: 5, retries: 1 }, '--retries 1 hides what --repeat hunts: a failure that a retry turns into a pass'],
    [{ repeat: 5, untilFail: true, retries: 2 }, '--retries 2 hides what --repeat --until-fail hunts: a failure that a retry turns into a pass'],
    [{ for: 1000 }, '--for says how long rounds begin, but there are none'],
  ])('refuse %j', (options, message) => {
    expect(() => roundPlan(options)).toThrow(message);
  });
});
