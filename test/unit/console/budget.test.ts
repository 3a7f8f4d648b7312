// Results beyond what is kept: they are counted as if they had been, and those that failed still decide.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Budget, Kept } from '../../../src/console/budget.ts';
import { createDocument } from '../../../src/console/ktap/document.ts';
import { parseKtapLine } from '../../../src/console/ktap/syntax.ts';
import { addTallies, isBad, listedTally, omittedOf, tallyOfAll } from '../../../src/console/leaves.ts';
import { createWatch } from '../../../src/console/watch.ts';
import type { Expect } from '../../../src/model/case.ts';
import type { TestResult } from '../../../src/model/console.ts';
import type { Protocol } from '../../../src/model/protocol.ts';
import { judgeConsole, judgeEnded, type ConsoleJudgement } from '../../../src/verdict/parse-text.ts';
import { countResults } from '../../../src/verdict/results.ts';
import { dialectArbitrary, printKtap, treeArbitrary } from './ktap-arbitrary.ts';

const size = (results: readonly TestResult[]): number => results.reduce((sum, { children }) => sum + 1 + size(children), 0);

function read(lines: readonly string[], budget: Budget): Kept {
  const document = createDocument(0, 1, budget);
  lines.slice(1).forEach((line, index) => {
    const ktap = parseKtapLine(line);
    if (ktap !== undefined) document.feed(ktap, index + 2, false);
  });
  return document.finish().kept;
}

const tree = treeArbitrary(fc.stringMatching(/^[a-z]{1,6}$/).filter((name) => !/^(?:ok|not)/.test(name)), fc.constantFrom('ok', 'ok', 'ok', 'not ok', 'skip'));
const unprefixed = dialectArbitrary.map((dialect) => ({ ...dialect, prefix: false }));

describe('room for few results', () => {
  it('changes no count, of any document', () => {
    fc.assert(fc.property(tree, unprefixed, fc.nat(12), fc.nat(3), fc.boolean(), (level, dialect, left, forFailures, cut) => {
      const printed = printKtap(level, dialect);
      const lines = cut ? printed.slice(0, Math.ceil(printed.length * 0.7)) : printed;
      const all = read(lines, { left: 10_000, forFailures: 1000, forTalk: 0 });
      const few = read(lines, { left, forFailures, forTalk: 0 });
      const kept = addTallies(listedTally(few.results), omittedOf(few.results, few.unlisted).omitted);
      // A parent that never came is counted itself where nothing below it says so, and nothing else would.
      if (!cut) expect(kept).toEqual(tallyOfAll(all.results, all.unlisted));
      expect(few.results.some(isBad) || few.unlisted?.fail !== undefined || few.unlisted?.missing !== undefined).toBe(all.results.some(isBad));
      expect(size(few.results)).toBeLessThanOrEqual(left + forFailures);
    }), { numRuns: 1000 });
  });
});

function judgeText(text: string, protocol: Protocol): ConsoleJudgement {
  const expect: readonly Expect[] = [{ protocol, ordered: false }];
  const bytes = Buffer.from(text);
  return judgeConsole(createWatch(expect), Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) => bytes.subarray(index * 65_536, (index + 1) * 65_536)), expect);
}

const lines = (count: number, line: (number: number) => string): string => Array.from({ length: count }, (_, index) => `${line(index + 1)}\n`).join('');

describe('a million results', () => {
  it('fail by the last one, and are counted', () => {
    const million = 1_000_000;
    const watch = createWatch([{ protocol: 'ktap', ordered: false }]);
    watch.push(Buffer.from(`KTAP version 1\n1..${million + 1}\n`));
    for (let from = 0; from < million; from += 10_000) watch.push(Buffer.from(lines(10_000, (number) => `ok ${from + number} t`)));
    watch.push(Buffer.from(`not ok ${million + 1} the end\n`));
    const { verdict, documents, results } = judgeEnded(watch, 1, [{ protocol: 'ktap', ordered: false }]);
    expect(verdict).toMatchObject({ kind: 'fail', reason: '1 result failed: the end', line: million + 3 });
    expect(countResults(documents)).toMatchObject({ total: million + 1, passed: million, failed: 1 });
    expect(results.at(-1)).toMatchObject({ name: '990000 more that passed', status: 'pass', count: 990_000 });
  }, 180_000);
});

describe('more results than are kept', () => {
  const flat = (last: string): string => `KTAP version 1\n1..20000\n${lines(19_999, (number) => `ok ${number} t`)}${last} 20000 t\n`;
  const entry = (count: number, last = 'ok'): string => `KTAP version 1\n1..1\n  KTAP version 1\n  1..${count}\n${lines(count - 1, (number) => `  ok ${number} t`)}  ${last} ${count} t\n${last} 1 entry\n`;
  it.each([
    ['ktap', 'at once', flat('ok'), flat('not ok')],
    ['ktap', 'below an entry of the image', entry(20_000), entry(20_000, 'not ok')],
    ['ktap', 'of which all are skipped but those that are not listed', `KTAP version 1\n1..10001\n${lines(10_000, (number) => `ok ${number} t # SKIP why`)}ok 10001 t\n`, `KTAP version 1\n1..10001\n${lines(10_000, (number) => `ok ${number} t # SKIP why`)}not ok 10001 t\n`],
    ['ktap', 'in a second document', `${entry(10_000)}KTAP version 1\n1..1\nok 1 t\n`, `${entry(10_000)}KTAP version 1\n1..1\nnot ok 1 t\n`],
    ['tap', 'of TAP', `TAP version 14\n1..20000\n${lines(20_000, (number) => `ok ${number} - t`)}`, `TAP version 14\n1..20000\n${lines(19_999, (number) => `ok ${number} - t`)}not ok 20000 - t\n`],
    ['ltp', "in runltp's table", `Testcase Result Exit Value\n${lines(20_000, (number) => `t${number} PASS 0`)}Total Tests: 20000\n`, `Testcase Result Exit Value\n${lines(19_999, (number) => `t${number} PASS 0`)}t20000 FAIL 1\nTotal Tests: 20000\n`],
    ['ltp', 'of programs with frames', programs(20_000, 0), programs(20_000, 1)],
    ['gotest', 'of Go', goTests(15_000, 'PASS'), goTests(15_000, 'FAIL')],
    ['pytest', 'of pytest', pytests(20_000, 'PASSED'), pytests(20_000, 'FAILED')],
  ] as const)('(%s) pass %s, and fail by the last', (protocol, _, good, bad) => {
    const passed = judgeText(good, protocol);
    expect(passed.verdict).toEqual({ kind: 'pass' });
    expect(size(passed.results.map((result) => ({ ...result, children: result.children.filter(({ informative }) => informative !== true) })))).toBeLessThanOrEqual(10_010);
    expect(size(passed.results)).toBeLessThanOrEqual(30_010);
    const failed = judgeText(bad, protocol);
    expect(failed.verdict.kind).toBe('fail');
    expect(countResults(failed.documents).total).toBe(countResults(passed.documents).total);
    expect(countResults(failed.documents).failed).toBe(1);
  });

  it('are counted where all of them fail', () => {
    const { verdict, documents } = judgeText(`KTAP version 1\n1..50000\n${lines(50_000, (number) => `not ok ${number} t`)}`, 'ktap');
    expect(verdict).toMatchObject({ kind: 'fail', line: 3 });
    expect(countResults(documents)).toMatchObject({ total: 50_000, failed: 50_000 });
  });

  it("agree with the program's own totals, or fail", () => {
    const text = `TAP version 13\n1..20000\n${lines(20_000, (number) => `ok ${number} t`)}`;
    expect(judgeText(`${text}# Totals: pass:20000 fail:0 xfail:0 xpass:0 skip:0 error:0\n`, 'ktap').verdict.kind).toBe('pass');
    expect(judgeText(`${text}# Totals: pass:20001 fail:0 xfail:0 xpass:0 skip:0 error:0\n`, 'ktap').verdict).toMatchObject({ kind: 'fail', reason: 'KTAP: the totals say 20001 passed, but 20000 did' });
  });
});

function programs(count: number, last: number): string {
  return lines(count, (number) => `<<<test_start>>>\ntag=p${number} stime=1\n<<<test_output>>>\np${number}     1  TPASS  :  one\n<<<execution_status>>>\nduration=0 termination_type=exited termination_id=${number === count ? last : 0} corefile=no\n<<<test_end>>>`);
}

function goTests(count: number, last: string): string {
  return `${lines(count - 1, (number) => `=== RUN   Test${number}\n--- PASS: Test${number} (0.00s)`)}=== RUN   TestLast\n--- ${last}: TestLast (0.00s)\n${last}\n${last === 'PASS' ? 'ok  \ta\t0.2s' : 'FAIL\ta\t0.2s'}\n`;
}

function pytests(count: number, last: string): string {
  return `==== test session starts ====\ncollected ${count} items\n\n${lines(count - 1, (number) => `test_a.py::test_${number} PASSED`)}test_a.py::test_last ${last}\n${last === 'PASSED' ? `==== ${count} passed in 0.10s ====` : `==== 1 failed, ${count - 1} passed in 0.10s ====`}\n`;
}
