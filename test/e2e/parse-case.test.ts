// `kit-test parse --case`: what a console does not show is taken from what its run left, or is said not to be judged.
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ParsedConsole } from '../../src/model/parsed.ts';
import { cellOf, createProject, oneCell, scriptCase, type Outcome, type Project } from './project.ts';

const cell = (name: string): string => `.kit-test/runs/latest/cells/${name}+6.1+aarch64`;
const object = ({ stdout }: Outcome): ParsedConsole => JSON.parse(stdout) as ParsedConsole;

let project: Project;
beforeAll(async () => {
  project = await createProject({
    ...scriptCase('slow', 'sleep 2', 'expect: { duration: 1500ms }'),
    ...scriptCase('asked', 'sleep 4', 'probe: { command: ["false"], deadline: 1s }'),
    ...scriptCase('known-to-fail', 'false', 'known: [{ reason: "not done yet" }]'),
  });
  await project.run(['run', '--matrix', '--reporter', 'json']);
  await mkdir(join(project.folder, 'moved'));
  for (const name of ['slow', 'asked']) await copyFile(join(project.folder, cell(name), 'console.log'), join(project.folder, 'moved', `${name}.log`));
  await mkdir(join(project.folder, 'copied'));
  for (const file of ['console.log', 'console.times']) await copyFile(join(project.folder, cell('slow'), file), join(project.folder, 'copied', file));
});
afterAll(() => project[Symbol.asyncDispose]());

const parse = (name: string, ...files: readonly string[]): Promise<Outcome> => project.run(['parse', '--case', name, '--format', 'ndjson', ...files]);

describe('kit-test parse --case', () => {
  it('judges the duration by console.times, as the run did', async () => {
    const live = cellOf(await project.report(), 'slow').verdict;
    const outcome = await parse('slow', cell('slow'));
    expect(outcome).toMatchObject({ code: 1, stderr: '' });
    expect(object(outcome)).toMatchObject({ verdict: 'fail', notJudged: [] });
    const seconds = (reason: string): number => Number(/^too slow: took ([\d.]+)s, at most 1\.5s expected$/.exec(reason)?.[1]);
    expect(Math.abs(seconds(object(outcome).reason) - seconds('reason' in live ? live.reason : ''))).toBeLessThanOrEqual(0.3);
  });

  it('stretches the duration as the project says for what the guest ran on', async () => {
    await project.write({ 'harness.config.ts': oneCell.replace('tcgScale: 1', 'tcgScale: 20') });
    expect(await parse('slow', cell('slow'))).toMatchObject({ code: 0, stderr: '' });
    await project.write({ 'harness.config.ts': oneCell });
  });

  it('says that it does not judge the duration where nothing tells it', async () => {
    const outcome = await parse('slow', 'moved/slow.log', 'copied', cell('slow'));
    expect(outcome.stderr).toBe('not judged duration of case slow (2 of 3 consoles): a console does not show it; a run leaves console.times beside it, and in events.ndjson what the guest ran on\n');
    expect(outcome.stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as ParsedConsole).map(({ verdict, notJudged }) => [verdict, notJudged])).toEqual([['pass', ['duration']], ['pass', ['duration']], ['fail', []]]);
  });

  it('knows from the run how probes ended, and says so where it does not', async () => {
    const { verdict } = cellOf(await project.report(), 'asked');
    expect(object(await parse('asked', cell('asked')))).toMatchObject({ verdict: 'fail', reason: 'reason' in verdict ? verdict.reason : '', notJudged: [] });
    const outcome = await parse('asked', 'moved/asked.log');
    expect(outcome).toMatchObject({ code: 0, stderr: 'not judged probe of case asked: a console does not show how probes ended; the folder of the run does\n' });
    expect(object(outcome)).toMatchObject({ verdict: 'pass', notJudged: ['probe'] });
  });

  it('says that a known failure is one to it', async () => {
    const outcome = await project.run(['parse', '--case', 'known-to-fail', cell('known-to-fail')]);
    expect(outcome).toMatchObject({ code: 1, stderr: 'not judged known of case known-to-fail: a failure stays one here, whether it is known or not\n' });
  });
});
