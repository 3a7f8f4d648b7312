// Passes from run to run, without booting: which are kept, which are believed, which are forgotten.
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadArchs } from '../../../../src/arch/index.ts';
import { cellsOf } from '../../../../src/matrix/expand.ts';
import type { Cell } from '../../../../src/model/cell.ts';
import { HarnessSchema } from '../../../../src/model/harness.ts';
import type { Attempt, CellResult } from '../../../../src/model/report.ts';
import type { Verdict } from '../../../../src/model/verdict.ts';
import { cellResultOf } from '../../../../src/report/cell-result.ts';
import { openMachine } from '../../../../src/run/cell/machine.ts';
import type { PreparedCell } from '../../../../src/run/cell/prepare.ts';
import { openPasses, passesFolder, type Passes } from '../../../../src/run/passes/open.ts';
import { findProgram } from '../../../../src/sys/programs.ts';
import { attempt, planned } from '../../report/sample.ts';
import { makeCase, makeKernel } from '../../matrix/sample.ts';

const signal = new AbortController().signal;
const x86 = (await loadArchs()).find(({ name }) => name === 'x86_64') as Cell['arch'];
const [cell] = cellsOf(makeCase('boot', { run: { command: ['true'] } }), makeKernel('6.1'), x86) as [Cell];
const harness = HarnessSchema.parse({});
const passed: Verdict = { kind: 'pass' };

let root: string;
let notices: string[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kit-test-passes-'));
  await writeFile(join(root, 'kernel'), 'one');
  notices = [];
});
afterEach(() => rm(root, { recursive: true }));

const prepared = (): PreparedCell => ({
  kernel: { name: '6.1', arch: 'x86_64', release: '6.1.0', digest: 'sha256:1', image: join(root, 'kernel'), origin: 'here' }, symbols: undefined,
  image: { segments: [], cmdline: [], digest: 'sha256:2', unpackedBytes: 0, sources: [] }, initrd: join(root, 'initrd'), medium: undefined, runnerFiles: undefined, ports: [], drives: [], waits: true,
});

function open(run: string, { reuse = true, flaky = false } = {}): Passes {
  const progress = { notice: (message: string) => void notices.push(message), download: () => undefined };
  const machine = openMachine({ harness, accel: 'tcg', cacheRoot: join(root, 'cache'), progress });
  return openPasses({ machine, harness, cacheRoot: join(root, 'cache'), root, progress }, { run, reuse, isFlaky: () => flaky });
}

const resultOf = (...verdicts: readonly Verdict[]): CellResult => {
  const [first = attempt(passed), ...rest] = verdicts.map((verdict, index) => attempt(verdict, { number: index + 1, console: 'cells/x/console.log', startedAt: '2026-11-21T09:30:00.000Z' }));
  return cellResultOf(planned(cell.id), [first, ...rest], undefined);
};

/** A run with one cell, which ends so; gives what was known of it before. */
async function runWith(result: CellResult, options: Parameters<typeof open>[1] & { readonly run?: string; readonly meanwhile?: () => Promise<void> } = {}): Promise<Attempt | undefined> {
  const passes = open(options.run ?? 'run-1', options);
  const found = await passes.recall(cell, prepared(), signal);
  await options.meanwhile?.();
  passes.settle(cell, result);
  await passes.close();
  return found;
}

const recall = (): Promise<Attempt | undefined> => open('run-9').recall(cell, prepared(), signal);

describe.runIf(findProgram('qemu-system-x86_64') !== undefined)('a pass', () => {
  it('is known to later runs, with where it is from and without the files of its run', async () => {
    expect(await runWith(resultOf(passed))).toBeUndefined();
    const found = await recall();
    expect(found).toMatchObject({ number: 1, verdict: passed, cached: { run: 'run-1', at: expect.stringMatching(/^20/) as string }, kernel: { release: expect.any(String) as string } });
    for (const name of ['console', 'startedAt', 'boot']) expect(found).not.toHaveProperty(name);
    expect(notices).toEqual([]);
  });

  it('keeps its run and its age when it is used', async () => {
    await runWith(resultOf(passed));
    const first = await recall();
    if (first === undefined) throw new Error('no pass');
    expect(await runWith(cellResultOf(planned(cell.id), [first], undefined), { run: 'run-2' })).toEqual(first);
    expect(await recall()).toEqual(first);
  });

  it('is kept but not used where nobody asks for that', async () => {
    await runWith(resultOf(passed));
    expect(await runWith(resultOf(passed), { run: 'run-2', reuse: false })).toBeUndefined();
    expect((await recall())?.cached?.run).toBe('run-2');
  });

  it.each<[string, CellResult]>([
    ['failed', resultOf({ kind: 'fail', reason: 'x' })],
    ['crashed', resultOf({ kind: 'crash', title: 'x', line: 1, endLine: 1 })],
    ['hung', resultOf({ kind: 'timeout', phase: 'boot', limitMs: 1, reason: 'x' })],
    ['passed only at a retry', resultOf({ kind: 'fail', reason: 'x' }, passed)],
    ['passed, and comes and goes as earlier runs say', { ...resultOf(passed), history: { state: 'steady', runs: 3, failed: 1, flaky: true } }],
    ['failed as it is known to', { ...resultOf({ kind: 'fail', reason: 'x' }), known: { reason: 'x' } }],
  ])('is forgotten when the very same cell %s', async (_, result) => {
    await runWith(resultOf(passed));
    await runWith(result, { run: 'run-2', reuse: false });
    expect(await recall()).toBeUndefined();
    expect(await readdir(passesFolder({ root, harness }))).toEqual([]);
  });

  it.each<[string, CellResult]>([
    ['our own error', resultOf({ kind: 'error', stage: 'boot', reason: 'x' })],
    ['an interruption', resultOf({ kind: 'skip', reason: 'interrupted' })],
  ])('stays when the next run ends in %s', async (_, result) => {
    await runWith(resultOf(passed));
    await runWith(result, { run: 'run-2', reuse: false });
    expect((await recall())?.cached?.run).toBe('run-1');
  });

  it('is not kept where a file changed while the cell ran', async () => {
    await runWith(resultOf(passed), { meanwhile: () => writeFile(join(root, 'kernel'), 'two') });
    expect(await recall()).toBeUndefined();
  });

  it('is not used where earlier runs show that the cell comes and goes, and that is said', async () => {
    await runWith(resultOf(passed));
    expect(await runWith(resultOf(passed), { flaky: true })).toBeUndefined();
    expect(notices).toEqual(['boot is always run: it passes and fails without a change that explains it']);
  });

  it('that cannot be kept costs nothing but a notice', async () => {
    await mkdir(join(root, '.kit-test'));
    await writeFile(join(root, '.kit-test/history'), 'a file');
    const passes = open('run-1');
    expect(await passes.recall(cell, prepared(), signal)).toBeUndefined();
    passes.settle(cell, resultOf(passed));
    await passes.close();
    expect(notices).toEqual([expect.stringContaining('passes cannot be kept for later runs')]);
  });
});
