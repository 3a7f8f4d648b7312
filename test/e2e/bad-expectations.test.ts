// Mistakes in what a case expects and in what is known to fail: each with its place, what was expected, what was got and
// what could be meant, all at once.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProject, type Outcome, type Project } from './project.ts';

const protocols = 'ktap, tap, ltp, gotest, pytest, none';

/** Line by line what is wrong with it: the text, the column of its mistake, its path, the message with its hints. */
const mistakes: readonly (readonly [string, string, readonly string[]])[] = [
  ['harness.config.ts:5:5', 'known[1].reason', ['missing key "reason": expected a string', '→ reason: why it fails, for who reads the report']],
  ['harness.config.ts:5:22', 'known[1].resaon', ['unknown key "resaon"', '→ did you mean "reason"? valid keys: case, kernel, arch, medium, result, crash, verdict, sometimes, reason, link']],
  ['harness.config.ts:6:5', 'known[2]', ['expected at most one of result, crash, verdict: an entry for each']],
  ['harness.config.ts:7:16', 'known[3].verdict', ['expected one of fail, crash, timeout or a list, got "skip"']],
  ['harness.config.ts:8:38', 'known[4].link', ['expected an http or https URL, got "ftp://bugs.example/1"']],
  ['cases/one/case.yaml:4:13', 'expect.protocol', [`expected one of ${protocols}, got "go-test"`, `→ did you mean "gotest"? valid values: ${protocols}`]],
  ['cases/one/case.yaml:5:9', 'expect.exit', ['expected a whole number of at most 255, got 256']],
  ['cases/one/case.yaml:6:13', 'expect.duration', ['expected min not to be longer than max']],
  ['cases/one/case.yaml:7:19', 'expect.results.min', ['expected a whole number of at least 1, got 0']],
  ['cases/one/case.yaml:7:22', 'expect.results.maximum', ['unknown key "maximum"', '→ did you mean "max"? valid keys: min, max']],
  ['cases/one/case.yaml:8:12', 'expect.ordered', ['expected true or false, got "sometimes"']],
  ['cases/several/case.yaml:4:17', 'expect[0].protocol', [`expected one of ${protocols}, got "pytst"`, `→ did you mean "pytest"? valid values: ${protocols}`]],
  ['cases/several/case.yaml:4:30', 'expect[0].exit', ['expected a whole number, got "3"']],
  ['cases/several/case.yaml:5:17', 'expect[1].duration', ['expected a duration such as 500ms, 90s, 2m or 1h, or a mapping with min, max or both, got 5']],
  ['cases/several/case.yaml:5:29', 'expect[1].results', ['expected a whole number or a mapping, got "many"']],
  ['cases/several/case.yaml:6:17', 'expect[2].duration', ['expected min, max, or both']],
  ['cases/several/case.yaml:6:30', 'expect[2].results', ['expected a whole number, got 1.5']],
  ['cases/several/case.yaml:7:13', 'expect[3].pass', ['expected a regular expression between the slashes', 'got "/[/"']],
  ['cases/several/case.yaml:7:27', 'expect[3].crash', ['expected true or a string, got false']],
  ['cases/several/case.yaml:9:15', 'known[0].result', ['expected a regular expression between the slashes', 'got "/(/"']],
  ['cases/several/case.yaml:10:5', 'known[1].reason', ['missing key "reason"']],
  ['cases/several/case.yaml:10:23', 'known[1].verdict[1]', ['expected one of fail, crash, timeout, got "error"']],
  ['cases/several/case.yaml:10:42', 'known[1].sometimes', ['expected true or false, got "often"']],
  ['cases/together/case.yaml:4:41', 'expect[0].results', ['no results are read here: the protocol is none', '→ take `protocol: none` out']],
  ['cases/together/case.yaml:6:13', 'expect[2].exit', ['another expectation wants exit status 0: both can never hold']],
  ['cases/together/case.yaml:6:26', 'expect[2].duration', ['10m 0s is not less than the total limit of 2m 0s', '→ raise timeouts.total']],
  ['cases/together/case.yaml:8:15', 'known[0].kernel', ['no kernel matches "6.2"']],
  ['cases/together/case.yaml:9:13', 'known[1].arch', ['no architecture matches "arm65"', 'aarch64']],
];

const files = {
  'harness.config.ts': `export default {
  matrix: { kernels: ['6.1'], arch: ['aarch64'] },
  known: [
    { case: 'one', reason: 'x' },
    { kernel: '6.1', resaon: 'typo' },
    { crash: 'a', result: 'b', reason: 'both' },
    { verdict: 'skip', reason: 'none' },
    { arch: 'a*', reason: 'x', link: 'ftp://bugs.example/1' },
  ],
};
`,
  'cases/one/case.yaml': `summary: x
run: { command: ["true"] }
expect:
  protocol: go-test
  exit: 256
  duration: { min: 10s, max: 5s }
  results: { min: 0, maximum: 3 }
  ordered: sometimes
`,
  'cases/several/case.yaml': `summary: x
run: { command: ["true"] }
expect:
  - { protocol: pytst, exit: "3" }
  - { duration: 5, results: many }
  - { duration: {}, results: 1.5 }
  - { pass: "/[/", crash: false }
known:
  - { result: "/(/", reason: x }
  - { verdict: [fail, error], sometimes: often }
`,
  'cases/together/case.yaml': `summary: x
run: { command: ["true"] }
expect:
  - { protocol: none, pass: x, results: 3 }
  - { exit: 0 }
  - { exit: 1, duration: 10m }
known:
  - { kernel: "6.2", reason: x }
  - { arch: arm65, reason: x }
`,
};

let project: Project;
let outcome: Outcome;
let blocks: readonly string[];
beforeAll(async () => {
  project = await createProject(files);
  outcome = await project.run(['run', '--matrix']);
  blocks = outcome.stderr.split('\n\n');
});
afterAll(() => project[Symbol.asyncDispose]());

it('all mistakes in expectations are told at once, before anything runs', () => {
  expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(new RegExp(`\\n${mistakes.length} mistakes; nothing was run\\n$`)) as string });
  expect(outcome.stderr).not.toMatch(/^ +at .*:\d+:\d+\)?$/m);
  expect(existsSync(join(project.folder, '.kit-test'))).toBe(false);
});

it.each(mistakes)('%s is the place of the mistake in %s', (place, path, words) => {
  const block = blocks.find((text) => text.startsWith(`${place} ${path}\n`));
  expect(block, `among\n${blocks.map((text) => text.split('\n')[0]).join('\n')}`).toBeDefined();
  for (const text of words) expect(block).toContain(text);
  // The line itself, with a mark below what is wrong.
  const line = Number(place.split(':')[1]);
  expect(block).toMatch(new RegExp(`^ *> +${line} \\| .*\\n +\\| +\\^`, 'm'));
});

it('a protocol that none is, is told on the command line too', async () => {
  expect(await project.run(['parse', '--protocol', 'pytst', 'x.log'])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Allowed choices are ktap, tap, ltp, gotest, pytest') as string });
});
