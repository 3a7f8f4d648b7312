// The history as runs use it: one after the other, at the same time, killed, damaged, out of reach.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readHistory } from '../../../src/history/folder.ts';
import { openHistory } from '../../../src/history/open.ts';
import { encodeEnd, parseEnds } from '../../../src/history/lines.ts';
import type { CellHistory } from '../../../src/model/history.ts';
import { anyEndText, at, endFrom, endsFrom } from './ends.ts';

const jiti = fileURLToPath(new URL('../../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url));
const worker = fileURLToPath(new URL('worker.ts', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'kit-test-history-')), 'history');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

const cell = 'boot/6.1/arm';
const start = (name: string, runs: number, ends: number): ChildProcess => spawn(process.execPath, [jiti, worker, folder, name, String(runs), String(ends)], { stdio: ['ignore', 'pipe', 'inherit'] });

/** A whole run with one end. */
async function run(index: number, text: string, runs = 20, problems: string[] = []): Promise<CellHistory> {
  const { run: id, ...end } = endFrom(text, index, cell);
  const history = await openHistory({ folder, run: id, runs, cells: new Set([cell]), onProblem: (message) => problems.push(message) });
  const told = history.add(end);
  await history.close();
  return told;
}

it('remembers from run to run', async () => {
  const states: string[] = [];
  for (const [index, text] of ['pass', 'fail a', 'fail a', 'pass', 'pass'].entries()) states.push((await run(index, text)).state);
  expect(states).toEqual(['first', 'new', 'since', 'fixed', 'steady']);
});

it('remembers as many ends as it is told to', async () => {
  let last: CellHistory | undefined;
  for (let index = 0; index < 8; index += 1) last = await run(index, index === 0 ? 'fail a' : 'pass', 4);
  expect(last).toEqual({ state: 'steady', runs: 4, failed: 0, flaky: false });
});

it('keeps what a run told before it was interrupted and resumed, and is no past to itself', async () => {
  const resumed = 'boot/7.x/arm';
  const part = async (...cells: readonly string[]): Promise<readonly CellHistory[]> => {
    const history = await openHistory({ folder, run: 'run-1', runs: 20, cells: new Set([cell, resumed]), onProblem: (message) => expect.fail(message) });
    const told = cells.map((id) => history.add({ cell: id, at: at(1), verdict: 'fail', failure: 'fail: a', durationMs: 1 }));
    await history.close();
    return told;
  };
  await part(cell, resumed);
  expect((await part(resumed)).map(({ state }) => state)).toEqual(['first']);
  const kept = await readHistory(folder, 20);
  expect([cell, resumed].map((id) => kept.get(id)?.map(({ run: id }) => id))).toEqual([['run-1'], ['run-1']]);
});

it('keeps how the rounds of a run had ended when it was killed, and in few lines', async () => {
  const { run: id, ...passed } = endFrom('pass', 1, cell);
  const wavered = { ...passed, verdict: 'fail' as const, failure: 'fail: a', wavered: true as const };
  const history = await openHistory({ folder, run: id, runs: 20, cells: new Set([cell]), onProblem: (message) => expect.fail(message) });
  for (let round = 0; round < 1000; round += 1) history.note({ ...(round < 500 ? passed : wavered), at: at(round), durationMs: round });
  const [file = ''] = await readdir(folder);
  expect((await readFile(join(folder, file), 'utf8')).split('\n')).toHaveLength(3);
  expect((await readHistory(folder, 20)).get(cell)).toEqual([{ ...wavered, run: id, at: at(500), durationMs: 500 }]);
  // It lives, though nothing changes.
  history.note({ ...wavered, at: at(500 + 24 * 3600), durationMs: 1 });
  expect((await readFile(join(folder, file), 'utf8')).split('\n')).toHaveLength(4);
  expect(history.add(wavered)).toMatchObject({ state: 'first', runs: 1, failed: 1 });
  await history.close();
  expect((await readHistory(folder, 20)).get(cell)).toEqual([{ ...wavered, run: id }]);
});

it('packs many files into one, and tells the same afterwards', async () => {
  for (let index = 0; index < 45; index += 1) await run(index, index % 2 === 0 ? 'pass@1' : 'fail a@1');
  const files = await readdir(folder);
  expect(files.filter((name) => name.startsWith('packed-'))).toHaveLength(1);
  expect(files.length).toBeLessThan(32);
  expect(await run(45, 'fail a')).toMatchObject({ runs: 20, failed: 10, flaky: true });
});

it('loses nothing of two processes that run, read and pack at the same time', async () => {
  const children = [start('one', 70, 3), start('two', 70, 3)];
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'close'))[0] as number));
  expect(codes).toEqual([0, 0]);
  const kept = await readHistory(folder, 1000);
  const all = ['one', 'two'].flatMap((name) => Array.from({ length: 70 }, (_, index) => `${name}-${index}`)).sort();
  for (const ends of ['cell-0/6.1/arm', 'cell-1/6.1/arm', 'cell-2/6.1/arm'].map((id) => kept.get(id))) expect(ends?.map((end) => end.run).sort()).toEqual(all);
  expect((await readdir(folder)).some((name) => name.startsWith('packed-'))).toBe(true);
}, 60_000);

it('keeps what a run had told before it was killed', async () => {
  const child = start('killed', 1, 5);
  await once(child.stdout ?? child, 'data');
  child.kill('SIGKILL');
  await once(child, 'close');
  expect([...(await readHistory(folder, 20)).values()].flat().map((end) => end.run)).toEqual(Array(5).fill('killed-0'));
});

it('packs what a killed run left only when it must be long dead', async () => {
  const week = 8 * 24 * 3600;
  for (let index = 0; index < 30; index += 1) await run(index, 'pass');
  for (const name of ['lives', 'died']) await writeFile(join(folder, `${name}.open`), encodeEnd({ ...endFrom('fail a', 30, cell), run: name }));
  await utimes(join(folder, 'died.open'), Date.now() / 1000 - week, Date.now() / 1000 - week);
  for (let index = 31; index < 33; index += 1) await run(index, 'pass');
  const files = await readdir(folder);
  expect(files).toContain('lives.open');
  expect(files).not.toContain('died.open');
  expect((await readHistory(folder, 20)).get(cell)?.map((end) => end.run)).toEqual(expect.arrayContaining(['lives', 'died']));
});

it('reads folders of several machines as one, each run once', async () => {
  await run(0, 'pass');
  await run(1, 'fail a');
  const [first = ''] = await readdir(folder);
  await writeFile(join(folder, 'packed-elsewhere.ndjson'), (await readFile(join(folder, first), 'utf8')) + encodeEnd({ ...endFrom('fail a', 2, cell), run: 'elsewhere' }));
  expect((await readHistory(folder, 20)).get(cell)?.map((end) => end.run)).toEqual(['run-0', 'run-1', 'elsewhere']);
});

it('passes over what is damaged', async () => {
  for (let index = 0; index < 3; index += 1) await run(index, 'fail a');
  const files = (await readdir(folder)).sort();
  await appendFile(join(folder, files[0] ?? ''), '{"cell":"boot/6.1/arm","run":"x"}\n\0\0\n{"cell":"boot/6.1/arm","run":"../x","at":"2026-11-21T09:30:00.000Z","verdict":"pass","durationMs":1}\n');
  await truncate(join(folder, files[1] ?? ''), 30);
  await writeFile(join(folder, 'run-9.ndjson'), '');
  expect((await readHistory(folder, 20)).get(cell)?.map((end) => end.run)).toEqual(['run-0', 'run-2']);
});

it('whatever bytes are lost, it keeps the ends whose lines are whole', () => {
  fc.assert(fc.property(fc.array(anyEndText, { minLength: 1, maxLength: 10 }), fc.nat(), (texts, cut) => {
    const ends = endsFrom(texts);
    const whole = ends.map(encodeEnd).join('');
    const end = cut % (whole.length + 1);
    const kept = whole.slice(0, end).split('\n').length - 1;
    const read = [...parseEnds(whole.slice(0, end), new Set([cell]))];
    expect(read.slice(0, kept)).toEqual(ends.slice(0, kept));
    expect(read.length).toBeLessThanOrEqual(kept + 1);
  }));
});

it('goes on without a history that is out of reach, and says so once', async () => {
  const file = join(folder, '..', 'history');
  await writeFile(file, 'in the way');
  const problems: string[] = [];
  const history = await openHistory({ folder: file, run: 'now', runs: 20, cells: new Set([cell]), onProblem: (message) => problems.push(message) });
  const told = [0, 1].map((second) => history.add({ cell, at: at(second), verdict: 'pass', durationMs: 1 }));
  await history.close();
  expect(told.map(({ state }) => state)).toEqual(['first', 'first']);
  expect(problems).toHaveLength(2);
  expect(problems[0]).toMatch(/^the history of earlier runs cannot be read: ENOTDIR/);
  expect(problems[1]).toMatch(/^the history of earlier runs cannot be written: /);
  await rm(file);
});
