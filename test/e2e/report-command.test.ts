// `kit-test report` and `kit-test compare` on runs that lie there: by path, by id, killed ones, broken ones.
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Comparison } from '../../src/model/comparison.ts';
import type { RunEvent } from '../../src/model/events.ts';
import type { CellResult } from '../../src/model/report.ts';
import { encodeEvent } from '../../src/report/ndjson.ts';
import { attempt, cellResult, eventsOf } from '../unit/report/sample.ts';
import { createProject, type Project } from './project.ts';

const earlier = '20261121T093000000-aaaa';
const later = '20261121T103000000-bbbb';

const pass = attempt({ kind: 'pass' });
const fail = attempt({ kind: 'fail', reason: 'the guest printed "FAILED"', line: 3 });

let project: Project;
let elsewhere: string;

/** A run's folder as a run leaves it; with `end` false as one that was killed does. */
async function leaveRun(id: string, cells: readonly CellResult[], end = true): Promise<void> {
  const events: readonly RunEvent[] = eventsOf(cells).map((event) => (event.kind === 'run-start' ? { ...event, id } : event.kind === 'run-end' ? { ...event, report: { ...event.report, id } } : event));
  const kept = end ? events : events.filter(({ kind }) => kind !== 'run-end');
  await project.write({ [`.kit-test/runs/${id}/events.ndjson`]: kept.map(encodeEvent).join('') });
  for (const { attempts } of cells) {
    for (const { console } of attempts) if (console !== undefined) await project.write({ [`.kit-test/runs/${id}/${console}`]: 'one\ntwo\nFAILED\n' });
  }
}

beforeAll(async () => {
  project = await createProject({ 'harness.config.ts': 'export default {};\n' });
  elsewhere = await mkdtemp(join(tmpdir(), 'kit-test-elsewhere-'));
  await leaveRun(earlier, [cellResult('boot/6.1/arm', pass), cellResult('net/6.1/arm', fail)]);
  await leaveRun(later, [cellResult('boot/6.1/arm', fail), cellResult('net/6.1/arm', pass)], false);
  await symlink(later, join(project.folder, '.kit-test/runs/latest'));
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
  await rm(elsewhere, { recursive: true });
});

const readRunFile = (id: string, file: string): Promise<string> => project.read(`.kit-test/runs/${id}/${file}`);

describe('kit-test report render', () => {
  it('writes every report of a run that was killed, from its events', async () => {
    const { code, stdout } = await project.run(['report', 'render']);
    expect([code, stdout.trim()]).toEqual([0, `.kit-test/runs/${later}`]);
    expect(await readRunFile(later, 'junit.xml')).toContain('boot/6.1/arm');
    expect(await readRunFile(later, 'results.tap')).toContain('not ok 1 - boot/6.1/arm');
    expect(JSON.parse(await readRunFile(later, 'report.json'))).toMatchObject({ id: later, totals: { fail: 1, pass: 1 } });
    expect(await readRunFile(later, 'index.html')).toContain('<!doctype html>');
  });

  it.each([['a path', `.kit-test/runs/${earlier}`], ['the beginning of an id', '20261121T09'], ['the end of an id', 'aaaa']])('finds a run by %s', async (_, name) => {
    const { code, stdout } = await project.run(['report', 'render', name, '--reporter', 'tap']);
    expect([code, stdout.trim()]).toEqual([0, `.kit-test/runs/${earlier}`]);
  });

  it.each([
    ['a name that nothing has', ['nope'], 'there is no run "nope"'],
    ['the beginning of several', ['20261121T'], 'is the beginning of 2 runs'],
    ['a reporter that is not there', [earlier, '--reporter', 'pdf'], 'there is no reporter "pdf"'],
  ])('says what is wrong with %s', async (_, words, message) => {
    const { code, stderr } = await project.run(['report', 'render', ...words]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  it('says that a report is broken, and how to go on', async () => {
    await mkdir(join(elsewhere, 'run'));
    await writeFile(join(elsewhere, 'run', 'report.json'), '{ "schema": 1');
    const { code, stderr } = await project.run(['report', 'render', join(elsewhere, 'run')]);
    expect(code).toBe(3);
    expect(stderr).toContain('is no report that this version of kit-test reads');
  });
});

describe('kit-test report serve', () => {
  it('gives the files of the run to this machine, and no others', async () => {
    const { child, ended } = project.start(['report', 'serve']);
    const url = await new Promise<string>((resolve) => child.stdout?.on('data', (chunk: Buffer) => resolve(chunk.toString().trim())));
    const get = async (path: string, init?: RequestInit): Promise<readonly [number, string]> => {
      const response = await fetch(new URL(path, url), init);
      return [response.status, await response.text()];
    };
    expect(await get('')).toEqual([200, expect.stringContaining('<!doctype html>')]);
    expect(await get('cells/boot_6.1_arm/console.log')).toEqual([200, 'one\ntwo\nFAILED\n']);
    expect((await get('nothing'))[0]).toBe(404);
    expect((await get('..%2f..%2f..%2fharness.config.ts'))[0]).toBe(404);
    expect((await get('%'))[0]).toBe(404);
    expect((await get('', { method: 'POST' }))[0]).toBe(405);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
  });
});

describe('kit-test compare', () => {
  it('tells what fails now and what was fixed, and ends with 1', async () => {
    const { code, stdout } = await project.run(['compare', earlier]);
    expect(code).toBe(1);
    expect(stdout).toContain(`${earlier} → ${later}`);
    expect(stdout).toMatch(/new failures \(1\)\n {2}boot\/6\.1\/arm .*pass.* → .*fail.* {2}the guest printed "FAILED"/);
    expect(stdout).toMatch(/fixed \(1\)\n {2}net\/6\.1\/arm/);
  });

  it('ends with 0 where nothing new fails', async () => {
    const { code, stdout } = await project.run(['compare', earlier, earlier]);
    expect([code, stdout]).toEqual([0, `${earlier} → ${earlier}\n\nnothing changed in 2 cells\n`]);
  });

  it('is told as JSON, and into the page of the later run', async () => {
    const { stdout, stderr } = await project.run(['compare', earlier, later, '--json', '--page']);
    expect(JSON.parse(stdout) as Comparison).toMatchObject({ before: earlier, after: later, broken: [{ id: 'boot/6.1/arm' }], fixed: [{ id: 'net/6.1/arm' }], same: 0 });
    expect(stderr).toContain(`${later}/index.html`);
    expect(await readFile(join(project.folder, '.kit-test/runs', later, 'index.html'), 'utf8')).toContain('<!doctype html>');
  });
});
