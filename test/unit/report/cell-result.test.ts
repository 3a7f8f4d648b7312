import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/model/verdict.ts';
import { cellResultOf } from '../../../src/report/cell-result.ts';
import { attempt, planned } from './sample.ts';

const pass: Verdict = { kind: 'pass' };
const fail: Verdict = { kind: 'fail', reason: 'x' };
const skip: Verdict = { kind: 'skip', reason: 'x' };
const cell = planned('boot/6.1/arm');
const of = ([first, ...rest]: readonly [Verdict, ...Verdict[]]) => cellResultOf(cell, [attempt(first), ...rest.map((verdict, index) => attempt(verdict, { number: index + 2 }))], undefined);

describe('the result of a cell that may be retried', () => {
  it.each([
    ['a pass at once', [pass], 'pass', false],
    ['a pass after a failure', [fail, pass], 'pass', true],
    ['a failure after a failure', [fail, fail], 'fail', false],
    ['a failure after a pass', [pass, fail], 'fail', false],
    ['a pass after a skip', [skip, pass], 'pass', false],
    ['a skip', [skip], 'skip', false],
  ] as const)('of %s', (_, verdicts, kind, flaky) => {
    const result = of(verdicts);
    expect([result.verdict.kind, result.flaky, result.rounds]).toEqual([kind, flaky, undefined]);
  });

  it('keeps what it boots from, and the time of all attempts', () => {
    const result = cellResultOf({ ...cell, medium: 'iso-efi' }, [attempt(fail, { durationMs: 1000 }), attempt(pass, { number: 2, durationMs: 500 })], undefined);
    expect(result).toMatchObject({ id: cell.id, medium: 'iso-efi', durationMs: 1500, attempts: [{ number: 1 }, { number: 2 }] });
  });
});
