import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tellHistory } from '../../../src/history/tell.ts';
import { CellHistorySchema, type CellHistory } from '../../../src/model/history.ts';
import { historyWords } from '../../../src/report/history-words.ts';
import { anyEndText, endsFrom } from './ends.ts';

const tell = (...texts: readonly string[]): CellHistory => {
  const ends = endsFrom(texts);
  const now = ends.at(-1);
  if (now === undefined) throw new Error('no end');
  return tellHistory(ends.slice(0, -1), now);
};

const wordsOf = (...texts: readonly string[]): string | undefined => {
  const isError = texts.at(-1)?.startsWith('error') === true;
  return historyWords({ verdict: isError ? { kind: 'error', stage: 'boot', reason: '' } : texts.at(-1)?.startsWith('pass') === true ? { kind: 'pass' } : { kind: 'fail', reason: '' }, history: tell(...texts) });
};

describe('a cell that', () => {
  it.each<[string, readonly string[], string | undefined]>([
    ['passes for the first time', ['pass'], 'first run'],
    ['fails for the first time', ['fail a'], 'first run'],
    ['always passed', ['pass', 'pass', 'pass'], undefined],
    ['fails after passes', ['pass', 'pass', 'fail a'], 'new failure'],
    ['fails in another way than before', ['fail a', 'fail b'], 'new failure'],
    ['fails for the second time', ['pass', 'fail a', 'fail a'], 'fails since run run-1 (2 runs)'],
    ['has failed as long as is known', ['fail a', 'fail a', 'fail a'], 'fails since run run-0 (3 runs)'],
    ['fails as it once did', ['fail a', 'pass', 'pass', 'fail a'], 'fails again, as in run run-0'],
    ['passes again', ['pass', 'fail a', 'fail b', 'pass'], 'fixed: failed since run run-1 (2 runs)'],
    ['was repaired a while ago', ['fail a', 'pass', 'pass'], undefined],
    ['passes and fails with equal inputs', ['pass@1', 'fail a@1'], 'new failure, flaky: 1 of 2'],
    ['failed once with the inputs with which it passes', ['pass@1', 'fail a@1', 'pass@1', 'pass@2'], 'flaky: 1 of 4'],
    ['was repaired by a change', ['pass@1', 'fail a@2', 'pass@3'], 'fixed: failed since run run-1 (1 run)'],
    ['fails in the same way every now and then', ['pass', 'fail a', 'pass', 'fail a', 'pass', 'fail a'], 'flaky: 3 of 6'],
    ['failed three times in different ways', ['pass', 'fail a', 'pass', 'fail b', 'pass', 'fail c', 'pass'], 'fixed: failed since run run-5 (1 run)'],
    ['needed a retry before', ['pass', 'wavered', 'pass'], 'flaky: 1 of 3'],
    ['needs a retry in its first run', ['wavered'], 'first run'],
    ['fails after an error of ours', ['pass', 'error a', 'fail a'], 'new failure'],
    ['fails as before an error of ours', ['fail a', 'error a', 'fail a'], 'fails since run run-0 (2 runs)'],
    ['passes after an error of ours', ['pass', 'error a', 'pass'], undefined],
    ['meets an error of ours', ['pass', 'error a'], 'new error'],
    ['meets it again', ['error a', 'error a'], 'error since run run-0 (2 runs)'],
    ['fails as is known', ['pass', 'known a'], undefined],
    ['fails once its failure is no longer known', ['known a', 'known a', 'fail a'], 'fails since run run-0 (3 runs)'],
    ['fails beside what is known', ['known a', 'fail b'], 'new failure'],
    ['passes after a known failure', ['pass', 'known a', 'pass'], undefined],
  ])('%s: %j → %s', (_, texts, words) => {
    expect(wordsOf(...texts)).toBe(words);
  });
});

it('keeps how each run ended, unless all passed', () => {
  expect(tell('pass', 'pass').ends).toBeUndefined();
  expect(tell('pass', 'known a', 'wavered', 'fail a').ends).toEqual([
    { run: 'run-0', verdict: 'pass' },
    { run: 'run-1', verdict: 'fail', known: true },
    { run: 'run-2', verdict: 'pass', wavered: true },
    { run: 'run-3', verdict: 'fail' },
  ]);
});

describe('whatever a cell did', () => {
  const anyEnds = fc.array(anyEndText, { minLength: 1, maxLength: 24 });

  it('what is told fits its schema, and the numbers fit the ends', () => {
    fc.assert(fc.property(anyEnds, (texts) => {
      const history = tell(...texts);
      expect(CellHistorySchema.parse(history)).toEqual(history);
      expect(history.runs).toBe(texts.filter((text) => !text.startsWith('error')).length);
      expect(history.failed).toBe(texts.filter((text) => /^(fail|wavered)/.test(text)).length);
      expect(history.since?.runs ?? 1).toBeLessThanOrEqual(texts.length);
      if (history.flaky) expect(history.failed).toBeGreaterThan(0);
    }));
  });

  it('is a first run without a past, and only with none that counts', () => {
    fc.assert(fc.property(anyEnds, (texts) => {
      if (texts.length === 1) expect(tell(...texts).state).toBe('first');
      else if (texts.slice(0, -1).every((text) => /^(pass|fail)/.test(text))) expect(tell(...texts).state).not.toBe('first');
    }));
  });

  it('a failure is new exactly where no earlier end failed so', () => {
    fc.assert(fc.property(fc.array(anyEndText, { minLength: 1, maxLength: 24 }), fc.constantFrom('fail a', 'fail b'), (past, now) => {
      const { state } = tell(...past, now);
      const ownPast = past.map((text) => text.split('@')[0] ?? '').filter((text) => !text.startsWith('error'));
      const before = ownPast.some((text) => text.replace('known', 'fail') === now);
      expect(['since', 'again'].includes(state)).toBe(before);
      expect(state === 'since').toBe(ownPast.at(-1)?.replace('known', 'fail') === now);
    }));
  });

  it('a pass is never a failure, and fixes what the run before failed', () => {
    fc.assert(fc.property(fc.array(anyEndText, { minLength: 1, maxLength: 24 }), (past) => {
      const { state } = tell(...past, 'pass');
      expect(['first', 'steady', 'fixed']).toContain(state);
      const last = past.filter((text) => !/^(error|known)/.test(text)).at(-1);
      expect(state === 'fixed').toBe(last?.startsWith('fail') === true);
    }));
  });

  it('it is not flaky as long as it only passed, or only failed', () => {
    fc.assert(fc.property(fc.constantFrom('pass', 'fail a'), fc.array(fc.constantFrom('', '@1', '@2'), { minLength: 1 }), (word, inputs) => {
      expect(tell(...inputs.map((input) => word + input)).flaky).toBe(false);
    }));
  });
});
