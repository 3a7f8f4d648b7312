// `--shard`: which part of the matrix this machine runs, in words or from what the CI system tells each of its parallel jobs.
import { InvalidArgumentError } from 'commander';
import type { ShardRequest } from '../run/shard.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Variables that number parallel jobs, and from where they count. */
const numberedJobs = [
  { system: 'a Kubernetes indexed Job', index: 'JOB_COMPLETION_INDEX', first: 0, count: 'KIT_TEST_SHARDS' },
  { system: 'GitLab CI', index: 'CI_NODE_INDEX', first: 1, count: 'CI_NODE_TOTAL' },
  { system: 'CircleCI', index: 'CIRCLE_NODE_INDEX', first: 0, count: 'CIRCLE_NODE_TOTAL' },
  { system: 'Buildkite', index: 'BUILDKITE_PARALLEL_JOB', first: 0, count: 'BUILDKITE_PARALLEL_JOB_COUNT' },
] as const;

/** `2/4`, `env`, and both with the digest of the plan after an `@`. */
export function parseShard(value: string, env: Env): ShardRequest {
  const { word = '', plan } = /^(?<word>env|\d+\/\d+)(@(?<plan>[0-9a-f]{12}))?$/.exec(value)?.groups ?? {};
  if (word === '') throw new InvalidArgumentError('expected a shard such as 2/4, 2/4@PLAN as "kit-test plan" prints it, or env.');
  const [index = 0, count = 0] = word === 'env' ? fromEnvironment(env) : word.split('/').map(Number);
  if (count === 0) throw new InvalidArgumentError('there are no 0 shards: the smallest division is 1/1.');
  if (index < 1 || index > count) throw new InvalidArgumentError(`there is no shard ${index} of ${count}: they are 1/${count} to ${count}/${count}.`);
  return { index, count, ...(plan === undefined ? {} : { plan }) };
}

function fromEnvironment(env: Env): readonly number[] {
  const found = numberedJobs.find(({ index }) => env[index] !== undefined);
  if (found === undefined) throw new InvalidArgumentError(`no variable of the environment numbers this job: ${numberedJobs.map(({ index, system }) => `${index} (${system})`).join(', ')}.`);
  return [wholeNumber(found.index, env) + 1 - found.first, wholeNumber(found.count, env)];
}

function wholeNumber(name: string, env: Env): number {
  const value = env[name];
  if (value === undefined || !/^\d+$/.test(value)) throw new InvalidArgumentError(`${name} is ${value === undefined ? 'not set' : JSON.stringify(value)}, expected a whole number.`);
  return Number(value);
}
