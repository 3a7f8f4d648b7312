import { describe, expect, it } from 'vitest';
import arch from '../../../src/arch/arm.ts';
import { endOf, type NewEnd } from '../../../src/history/end.ts';
import type { Case } from '../../../src/model/case.ts';
import type { Cell } from '../../../src/model/cell.ts';
import type { CellResult, Rounds } from '../../../src/model/report.ts';
import { makeCase, makeKernel } from '../matrix/sample.ts';
import { attempt, at, cellResult } from '../report/sample.ts';

const testCase = (more: object = {}): Case => makeCase('boot', more);
const cellOf = (definition: Case): Cell => ({ id: 'boot/6.1/arm', case: definition, kernel: makeKernel('6.1'), arch, medium: 'kernel+initrd' });

const passed = cellResult('boot/6.1/arm', attempt({ kind: 'pass' }));
const rounds = (passed: number, failed: number): Rounds => ({ planned: passed + failed, ran: passed + failed, passed, failed, errors: 0, known: 0, durationMs: { min: 1000, median: 2000, max: 3000 } });
const inputsOf = (definition: Case, result: CellResult = passed): string | undefined => endOf(cellOf(definition), result, at(1))?.inputs;

describe('the end of a cell', () => {
  const end = (result: CellResult): NewEnd | undefined => endOf(cellOf(testCase()), result, at(1));

  it('holds what failed, and whether that is known', () => {
    const result = { ...cellResult('boot/6.1/arm', attempt({ kind: 'fail', reason: 'no lease' })), known: { reason: 'a bug' } };
    expect(end(result)).toMatchObject({ cell: 'boot/6.1/arm', at: at(1), verdict: 'fail', failure: 'fail: no lease', known: true, durationMs: 2345 });
    expect(end(passed)).not.toHaveProperty('failure');
  });

  it('holds that it passed and failed at once: at a retry, or in some of its rounds', () => {
    expect(end(cellResult('boot/6.1/arm', attempt({ kind: 'fail', reason: 'x' }), attempt({ kind: 'pass' }, { number: 2 })))).toMatchObject({ verdict: 'pass', wavered: true });
    expect(end({ ...passed, verdict: { kind: 'fail', reason: 'x' }, rounds: rounds(17, 3) })).toMatchObject({ verdict: 'fail', wavered: true, durationMs: 2000 });
    expect(end({ ...passed, rounds: rounds(20, 0) })).not.toHaveProperty('wavered');
    expect(end({ ...passed, verdict: { kind: 'fail', reason: 'x' }, rounds: rounds(0, 3) })).not.toHaveProperty('wavered');
  });

  it('is none where the cell did not run', () => {
    expect(end(cellResult('boot/6.1/arm', attempt({ kind: 'skip', reason: 'interrupted' })))).toBeUndefined();
  });
});

describe('its inputs', () => {
  it('are equal for equal kernels, images and cases, whatever only names, repeats or forgives', () => {
    expect(inputsOf(testCase())).toMatch(/^[0-9a-f]{16}$/);
    expect(inputsOf({ ...testCase({ summary: 'another', labels: ['smoke'], retries: 3, known: [{ reason: 'a bug' }] }), dir: '/elsewhere' })).toBe(inputsOf(testCase()));
    expect(inputsOf(testCase(), cellResult('boot/6.1/arm', attempt({ kind: 'fail', reason: 'x' })))).toBe(inputsOf(testCase()));
  });

  it.each<[string, Case, CellResult]>([
    ['kernel', testCase(), cellResult('boot/6.1/arm', attempt({ kind: 'pass' }, { kernel: { release: '6.1', digest: 'sha256:c', origin: 'x' } }))],
    ['image', testCase(), cellResult('boot/6.1/arm', attempt({ kind: 'pass' }, { image: { digest: 'sha256:c', bytes: 1 } }))],
    ['accelerator', testCase(), cellResult('boot/6.1/arm', attempt({ kind: 'pass' }, { accel: 'kvm' }))],
    ['limits', testCase({ timeouts: { total: '9s' } }), passed],
    ['kernel arguments', testCase({ cmdline: ['quiet'] }), passed],
  ])('differ with another %s', (_, definition, result) => {
    expect(inputsOf(definition, result)).not.toBe(inputsOf(testCase()));
  });

  it('are unknown where nothing was booted', () => {
    const { number, verdict, results, durationMs, prepareMs, excerpt } = attempt({ kind: 'error', stage: 'kernel', reason: 'x' });
    expect(inputsOf(testCase(), cellResult('boot/6.1/arm', { number, verdict, results, durationMs, prepareMs, excerpt }))).toBeUndefined();
  });
});
