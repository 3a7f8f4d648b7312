import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../../src/model/report.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { decisiveAttempt } from '../../../src/report/attempts.ts';
import { cellResultOf } from '../../../src/report/cell-result.ts';
import { foldEvents } from '../../../src/report/fold.ts';
import { cellReason, roundDetails } from '../../../src/report/round-words.ts';
import { decisiveRound, keptFailures, outcomeOf, roundsOf, trimRounds } from '../../../src/report/rounds.ts';
import { attempt, crash, planned, sampleEvents } from './sample.ts';

const kinds = {
  p: { kind: 'pass' },
  f: { kind: 'fail', reason: 'no lease' },
  c: { kind: 'crash', title: 'WARNING in foo', line: 9, endLine: 12 },
  t: { kind: 'timeout', phase: 'total', limitMs: 1000, reason: 'not done after 1s' },
  e: { kind: 'error', stage: 'boot', reason: 'QEMU was killed' },
  s: { kind: 'skip', reason: 'exit status 4' },
  k: { kind: 'fail', reason: 'known one' },
} as const satisfies Record<string, Verdict>;
type Letter = keyof typeof kinds;

const roundOf = (letter: Letter, number: number, durationMs = number * 10): Attempt =>
  attempt(kinds[letter], { number, durationMs, console: `console.${number}.log`, startedAt: '2026-11-21T09:30:00.000Z', ...(letter === 'k' ? { known: { reason: 'listed' } } : {}), ...(letter === 'c' ? { crashes: [crash('WARNING in foo', 9)] } : {}) });
const rounds = (letters: string): readonly [Attempt, ...Attempt[]] => {
  const [first = roundOf('s', 1), ...rest] = Array.from(letters).map((letter, index) => roundOf(letter as Letter, index + 1));
  return [first, ...rest];
};
const cell = planned('boot/6.1/arm');
const resultOf = (letters: string, plan = {}) => cellResultOf(cell, rounds(letters), { planned: letters.length, ...plan });
const sequences = fc.array(fc.constantFrom<Letter>('p', 'f', 'c', 't', 'e', 's', 'k'), { minLength: 1, maxLength: 150 }).map((letters) => letters.join(''));
/** Passes are what most rounds are. */
const longSequences = fc.array(fc.oneof({ weight: 5, arbitrary: fc.constant<Letter>('p') }, { weight: 2, arbitrary: fc.constantFrom<Letter>('f', 'e', 'k') }), { minLength: 1, maxLength: 300 }).map((letters) => letters.join(''));

describe('the verdict over rounds', () => {
  it.each([
    ['pppp', 'pass', 4, '4 of 4 rounds'],
    ['p', 'pass', 1, '1 of 1 round'],
    ['ppfp', 'fail', 3, 'failed 1 of 4 rounds: no lease'],
    ['pcfp', 'crash', 2, 'failed 2 of 4 rounds: WARNING in foo'],
    ['ptcp', 'timeout', 2, 'failed 2 of 4 rounds: not done after 1s'],
    ['epfp', 'fail', 3, 'failed 1 of 4 rounds, error in 1: no lease'],
    ['pepe', 'error', 2, 'error in 2 of 4 rounds: QEMU was killed'],
    ['pkpk', 'fail', 2, 'known failure in 2 of 4 rounds: known one'],
    ['kpfk', 'fail', 3, 'failed 1 of 4 rounds: no lease'],
    ['kpek', 'error', 3, 'error in 1 of 4 rounds: QEMU was killed'],
    ['sppp', 'pass', 4, '3 of 3 rounds'],
    ['s', 'skip', 1, 'exit status 4'],
  ])('of %s', (letters, kind, round, reason) => {
    const result = resultOf(letters);
    expect([result.verdict.kind, decisiveAttempt(result).number, cellReason(result)]).toEqual([kind, round, reason]);
  });

  it('is known only where nothing else fails', () => {
    expect(resultOf('pkp').known).toEqual({ reason: 'listed' });
    expect(resultOf('kfp').known).toBeUndefined();
  });

  it('follows from the rounds alone: no order of them turns a failure into a pass', () => {
    fc.assert(
      fc.property(sequences, (letters) => {
        const result = resultOf(letters);
        const first = (...wanted: readonly string[]): number | undefined => {
          const index = Array.from(letters).findIndex((letter) => wanted.includes(letter));
          return index === -1 ? undefined : index + 1;
        };
        const decisive = first('f', 'c', 't') ?? first('e') ?? first('k') ?? (letters.includes('p') ? letters.lastIndexOf('p') + 1 : letters.length);
        expect(result.verdict).toEqual(kinds[letters[decisive - 1] as Letter]);
        expect(decisiveAttempt(result)).toMatchObject({ number: decisive, console: `console.${decisive}.log` });
        expect(result.verdict.kind === 'pass').toBe(/^[ps]*p[ps]*$/.test(letters));
        expect(result.flaky).toBe(false);
      }),
    );
  });
});

describe('the facts of rounds', () => {
  it('count each round once, and none that was skipped', () => {
    fc.assert(
      fc.property(sequences, (letters) => {
        const facts = resultOf(letters).rounds;
        const count = (pattern: RegExp): number => letters.match(pattern)?.length ?? 0;
        fc.pre(count(/[^s]/g) > 0);
        expect(facts).toMatchObject({ ran: count(/[^s]/g), passed: count(/p/g), failed: count(/[fct]/g), errors: count(/e/g), known: count(/k/g) });
        const { ran = 0, passed = 0, failed = 0, errors = 0, known = 0, durationMs: { min, median, max } = { min: 0, median: 0, max: 0 } } = facts ?? {};
        expect(passed + failed + errors + known).toBe(ran);
        expect(min <= median && median <= max).toBe(true);
      }),
    );
  });

  it('are none where all was skipped', () => {
    expect(resultOf('ss')).not.toHaveProperty('rounds');
  });

  it('say when the first failure came, and how long rounds took', () => {
    expect(resultOf('epfpf').rounds).toEqual({ planned: 5, ran: 5, passed: 2, failed: 2, errors: 1, known: 0, firstFailed: 3, durationMs: { min: 10, median: 30, max: 50 } });
    expect(roundsOf(rounds('pepp'), {})).toEqual({ ran: 4, passed: 3, failed: 0, errors: 1, known: 0, firstFailed: 2, durationMs: { min: 10, median: 25, max: 40 } });
    expect(roundDetails({ ran: 2, passed: 1, failed: 1, errors: 0, known: 0, firstFailed: 2, durationMs: { min: 1800, median: 2100, max: 2900 } })).toBe('first in round 2; 1.8s to 2.9s, median 2.1s');
  });
});

describe('what rounds keep', () => {
  const keptOf = (letters: string): string => trimRounds(rounds(letters)).map(({ trimmed, verdict: { kind } }) => (trimmed === true ? '.' : kind.charAt(0))).join('');

  it('is the first and the last pass, and every failure', () => {
    expect(keptOf('ppppp')).toBe('p...p');
    expect(keptOf('pfpptpep')).toBe('pf..t.ep');
  });

  it('is the first 20 failures of a kind, so that those of another kind find their place', () => {
    expect(keptOf('e'.repeat(25) + 'f')).toBe('e'.repeat(20) + '.....f');
  });

  it('is the same whether rounds are trimmed one by one or all at once', () => {
    fc.assert(
      fc.property(fc.oneof(sequences, longSequences), (letters) => {
        const all = rounds(letters);
        const oneByOne = all.reduce<readonly Attempt[]>((kept, next) => trimRounds([...kept, next]), []);
        expect(oneByOne).toEqual(trimRounds(all));
        expect(roundsOf(oneByOne, {})).toEqual(roundsOf(all, {}));
      }),
    );
  });

  it('is bounded, has what decides, and the verdict of every round', () => {
    fc.assert(
      fc.property(fc.oneof(sequences, longSequences), (letters) => {
        const all = rounds(letters);
        const kept = trimRounds(all);
        expect(kept.filter(({ trimmed }) => trimmed !== true).length).toBeLessThanOrEqual(3 * keptFailures + 4);
        expect(kept.map(({ number, verdict }) => [number, verdict])).toEqual(all.map(({ number, verdict }) => [number, verdict]));
        const [first = all[0], ...rest] = kept;
        expect(decisiveRound([first, ...rest])).toBe(decisiveRound(all));
        for (const each of kept.filter(({ trimmed }) => trimmed === true)) expect(Object.keys(each)).not.toEqual(expect.arrayContaining(['console']));
      }),
    );
  });

  it('names outcomes by whether they count', () => {
    expect(Array.from('pfcteks').map((letter, index) => outcomeOf(roundOf(letter as Letter, index + 1)))).toEqual(['passed', 'failed', 'failed', 'failed', 'error', 'known', 'skipped']);
  });
});

describe('the events of rounds', () => {
  const [start] = sampleEvents;
  const at = '2026-11-21T09:31:00.000Z';

  it('give the same report wherever the run was killed, for the rounds that ended by then', () => {
    fc.assert(
      fc.property(sequences, fc.nat(150), (letters, cut) => {
        if (start?.kind !== 'run-start') throw new Error('the sample begins with run-start');
        const ended = rounds(letters).slice(0, 1 + (cut % letters.length));
        const plan = { planned: 200 };
        const report = foldEvents([{ ...start, rounds: plan, cells: [cell] }, ...ended.map((each) => ({ at, kind: 'attempt-end' as const, id: cell.id, attempt: each })), { at, kind: 'cell-phase', id: cell.id, attempt: 201, phase: 'boot' }]);
        const [first = attempt(kinds.p), ...rest] = ended;
        expect(report.rounds).toEqual(plan);
        expect(report.cells).toEqual([cellResultOf(cell, [first, ...rest], plan)]);
      }),
    );
  });
});
