import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forgetPass, readPass, sweepPasses, writePass } from '../../../src/history/passes.ts';
import type { Pass } from '../../../src/model/pass.ts';
import type { Verdict } from '../../../src/model/verdict.ts';

const key = 'a'.repeat(64);
const cell = 'boot/6.1/arm';
const at = '2026-11-21T09:30:00.000Z';
const hour = 3600_000;
const now = Date.parse(at) + hour;
const pass: Pass = { schema: 1, key, cell, run: '20261121T093000000-3f9a', at, attempt: { number: 1, verdict: { kind: 'pass' }, results: [{ name: 'check', status: 'pass', line: 3, children: [] }], durationMs: 1900, prepareMs: 3, excerpt: [] } };

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'kit-test-passes-')), 'passes');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

describe('a pass that is kept', () => {
  it('is found by its key, for its cell', async () => {
    expect(await readPass(folder, { key, cell, now })).toBeUndefined();
    await writePass(folder, pass);
    expect(await readPass(folder, { key, cell, now })).toEqual(pass);
    expect(await readPass(folder, { key: 'b'.repeat(64), cell, now })).toBeUndefined();
    expect(await readPass(folder, { key, cell: 'boot/6.1/x86_64', now })).toBeUndefined();
  });

  it('counts for a week, and not from the future', async () => {
    await writePass(folder, pass);
    const after = (hours: number): Promise<Pass | undefined> => readPass(folder, { key, cell, now: Date.parse(at) + hours * hour });
    expect(await after(7 * 24)).toEqual(pass);
    expect(await after(7 * 24 + 0.01)).toBeUndefined();
    expect(await after(-0.9)).toEqual(pass);
    expect(await after(-1.1)).toBeUndefined();
  });

  it('is gone once it is forgotten', async () => {
    await writePass(folder, pass);
    await forgetPass(folder, key);
    await forgetPass(folder, key);
    expect(await readPass(folder, { key, cell, now })).toBeUndefined();
  });

  it.each<[string, string]>([
    ['nothing', ''], ['half of it', JSON.stringify(pass).slice(0, 200)], ['no JSON', 'pass'], ['a list', '[]'],
    ['the pass of another key', JSON.stringify({ ...pass, key: 'b'.repeat(64) })],
    ['a later version', JSON.stringify({ ...pass, schema: 2 })],
    ['a known failure', JSON.stringify({ ...pass, attempt: { ...pass.attempt, known: { reason: 'x' } } })],
    ['no time', JSON.stringify({ ...pass, at: 'yesterday' })],
    ...([{ kind: 'fail', reason: 'x' }, { kind: 'skip', reason: 'x' }, { kind: 'error', stage: 'boot', reason: 'x' }, { kind: 'timeout', phase: 'boot', limitMs: 1, reason: 'x' }, { kind: 'crash', title: 'x', line: 1, endLine: 2 }] as Verdict[])
      .map((verdict): [string, string] => [`the verdict ${verdict.kind}`, JSON.stringify({ ...pass, attempt: { ...pass.attempt, verdict } })]),
  ])('is none where its file holds %s', async (_, text) => {
    await writePass(folder, pass);
    await writeFile(join(folder, `${key}.json`), text);
    expect(await readPass(folder, { key, cell, now })).toBeUndefined();
  });

  it('is taken away when it counts no more', async () => {
    await sweepPasses(folder, now);
    await writePass(folder, pass);
    await writePass(folder, { ...pass, key: 'b'.repeat(64) });
    const old = (now - 8 * 24 * hour) / 1000;
    await utimes(join(folder, `${key}.json`), old, old);
    await utimes(join(folder, `${'b'.repeat(64)}.json`), now / 1000, now / 1000);
    await sweepPasses(folder, now);
    expect(await readdir(folder)).toEqual([`${'b'.repeat(64)}.json`]);
  });
});
