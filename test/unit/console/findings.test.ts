// A guest that says the same without end, and something else in the end.
import { describe, expect, it } from 'vitest';
import { createWatch } from '../../../src/console/watch.ts';
import type { Expect } from '../../../src/model/case.ts';
import { judgeConsole, type ConsoleJudgement } from '../../../src/verdict/parse-text.ts';
import { countResults } from '../../../src/verdict/results.ts';

const ktap: Expect = { protocol: 'ktap', ordered: false };
const document = (status: string): string => `KTAP version 1\n1..2\nok 1 a\n${status} 2 b\n`;

function judgeText(text: string, expect: Expect = ktap): ConsoleJudgement {
  return judgeConsole(createWatch([expect]), [Buffer.from(text)], [expect]);
}

describe('more documents than are kept', () => {
  const many = 3000;
  const good = document('ok').repeat(many);

  it('pass where all do, all counted', () => {
    const { verdict, documents, state } = judgeText(good);
    expect(verdict).toEqual({ kind: 'pass' });
    expect(countResults(documents)).toMatchObject({ status: 'pass', total: 2 * many, passed: 2 * many, errors: 0 });
    expect(state.findings.length).toBeLessThan(600);
  });

  it.each([
    ['a failure', document('not ok'), '1 result failed: b'],
    ['a result that never came', 'KTAP version 1\n1..2\nok 1 a\n', 'missing evidence: an announced result never came, first: test 2'],
    ['a document without results', 'KTAP version 1\n1..0\n', 'missing evidence: the plan is empty (1..0)'],
    ['a document that is wrong', 'KTAP version 1\n1..1\nok 1 a\nok 1 a\n', 'KTAP: result 1 came twice'],
  ])('fail by %s after, before or between good ones', (_, bad, reason) => {
    for (const text of [`${good}${bad}`, `${bad}${good}`, `${good}${bad}${good}`]) expect(judgeText(text).verdict).toMatchObject({ kind: 'fail', reason });
  });

  it('fail where all fail, all counted', () => {
    const { verdict, documents, state } = judgeText(document('not ok').repeat(many));
    expect(verdict).toMatchObject({ kind: 'fail', line: 4 });
    expect(countResults(documents)).toMatchObject({ total: 2 * many, passed: many, failed: many });
    expect(state.findings.length).toBeLessThan(1100);
  });

  it('keep what the kernel and what user space printed apart', () => {
    const kernel = good.replace(/^(?=.)/gm, '[    1.000000] ');
    const expect_: Expect = ktap;
    const { state } = judgeText(`${kernel}${good}`, expect_);
    const sums = state.findings.flatMap((finding) => (finding.kind === 'results' && finding.omitted !== undefined ? [finding.kernel] : []));
    expect(sums).toEqual([true, false]);
  });
});

describe('an exit status', () => {
  it('is wrong also after a thousand that are right', () => {
    const expected: Expect = { exit: 3, protocol: 'none', ordered: false };
    const right = 'kit-test: begin\nkit-test: end exit=3\n'.repeat(1000);
    expect(judgeText(right, expected).verdict).toEqual({ kind: 'pass' });
    expect(judgeText(right, expected).state.findings.length).toBeLessThan(30);
    expect(judgeText(`${right}kit-test: begin\nkit-test: end exit=4\n`, expected).verdict).toMatchObject({ kind: 'fail', reason: 'exit status 4, expected 3', line: 2002 });
  });
});

describe('forbidden lines', () => {
  it('are found of each pattern, however often another one came', () => {
    const expected: Expect = { fail: ['ONE', '/TWO/'], protocol: 'none', ordered: false };
    const patterns = judgeText(`${'ONE\n'.repeat(1000)}TWO\n`, expected).state.findings.flatMap((finding) => (finding.kind === 'marker' ? [finding.pattern] : []));
    expect(new Set(patterns)).toEqual(new Set(['ONE', '/TWO/']));
    expect(patterns.length).toBeLessThan(20);
  });
});
