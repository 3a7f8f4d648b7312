import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cellResultOf } from '../../../src/report/cell-result.ts';
import { readTimings } from '../../../src/report/timings.ts';
import { attempt, cellResult, planned } from './sample.ts';

it('takes a cell that went in rounds for as long as one round', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-timings-'));
  const rounds = [1000, 5000, 1200].map((durationMs, index) => attempt({ kind: 'pass' }, { number: index + 1, durationMs }));
  const [first = attempt({ kind: 'pass' }), ...rest] = rounds;
  const cells = [cellResultOf(planned('boot/6.1/arm'), [first, ...rest], { planned: 3 }), cellResult('boot/6.1/x86_64', attempt({ kind: 'pass' }, { durationMs: 700 }))];
  await writeFile(join(folder, 'report.json'), JSON.stringify({ cells }));
  expect(await readTimings('report.json', { cwd: folder, runs: folder })).toEqual(new Map([['boot/6.1/arm', 1200], ['boot/6.1/x86_64', 700]]));
  await rm(folder, { recursive: true });
});
