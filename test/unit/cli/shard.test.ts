import { describe, expect, it } from 'vitest';
import { parseShard } from '../../../src/cli/shard.ts';

describe('parseShard', () => {
  it('reads a number and its plan', () => {
    expect(parseShard('2/4', {})).toEqual({ index: 2, count: 4 });
    expect(parseShard('2/4@0123456789ab', {})).toEqual({ index: 2, count: 4, plan: '0123456789ab' });
  });

  it.each([
    ['a Kubernetes indexed Job', { JOB_COMPLETION_INDEX: '0', KIT_TEST_SHARDS: '3' }, { index: 1, count: 3 }],
    ['GitLab CI', { CI_NODE_INDEX: '3', CI_NODE_TOTAL: '3' }, { index: 3, count: 3 }],
    ['CircleCI', { CIRCLE_NODE_INDEX: '1', CIRCLE_NODE_TOTAL: '3' }, { index: 2, count: 3 }],
    ['Buildkite', { BUILDKITE_PARALLEL_JOB: '2', BUILDKITE_PARALLEL_JOB_COUNT: '3' }, { index: 3, count: 3 }],
  ])('takes the number from %s', (_, env, expected) => {
    expect(parseShard('env', env)).toEqual(expected);
    expect(parseShard('env@0123456789ab', env)).toEqual({ ...expected, plan: '0123456789ab' });
  });

  it.each([
    ['0/4', {}, 'there is no shard 0 of 4'],
    ['5/4', {}, 'they are 1/4 to 4/4'],
    ['1/0', {}, 'there are no 0 shards'],
    ['2', {}, 'expected a shard such as 2/4'],
    ['2/4@xyz', {}, 'expected a shard such as 2/4'],
    ['-1/4', {}, 'expected a shard such as 2/4'],
    ['env', {}, 'JOB_COMPLETION_INDEX (a Kubernetes indexed Job), CI_NODE_INDEX (GitLab CI)'],
    ['env', { JOB_COMPLETION_INDEX: '1' }, 'KIT_TEST_SHARDS is not set'],
    ['env', { JOB_COMPLETION_INDEX: 'x', KIT_TEST_SHARDS: '2' }, 'JOB_COMPLETION_INDEX is "x", expected a whole number'],
    ['env', { JOB_COMPLETION_INDEX: '2', KIT_TEST_SHARDS: '2' }, 'there is no shard 3 of 2'],
  ])('says what is wrong with %s', (value, env, message) => {
    expect(() => parseShard(value, env)).toThrow(message);
  });
});
