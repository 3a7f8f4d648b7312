// The counts with which a program or a suite closes: `# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:0 error:0` of kselftest.h,
// `# Totals: pass:9 fail:0 skip:0 total:9` and `# suite: pass:…` of KUnit.
import type { TestResult } from '../../model/console.ts';
import { leavesOf } from '../leaves.ts';

/** What a line of totals says; failures of every kind together. */
export interface Totals {
  /** `Totals`, or the suite or test they are of. */
  readonly of: string;
  readonly pass: number;
  readonly fail: number;
  readonly skip: number;
  readonly xfail: number;
  /** KUnit's, which says `total` and is printed outside of what it counts. */
  readonly kunit: boolean;
}

const line = /^([^\s#].{0,150}?): ((?:(?:pass|fail|skip|xfail|xpass|error|total):\d{1,9} ?){3,7})$/;

/** Reads the text of a comment; undefined where it is none. */
export function parseTotals(text: string): Totals | undefined {
  const match = text.includes('pass:') ? line.exec(text.trimEnd()) : null;
  if (match === null) return undefined;
  const counts = new Map([...(match[2] ?? '').matchAll(/(\w+):(\d+)/g)].map(([, word = '', count]) => [word, Number(count)]));
  const count = (word: string): number => counts.get(word) ?? 0;
  return { of: match[1] ?? '', pass: count('pass'), fail: count('fail') + count('xpass') + count('error'), skip: count('skip'), xfail: count('xfail'), kunit: counts.has('total') };
}

/** What the totals say of results that are not these; undefined where both agree. */
export function disagreement({ of, pass, fail, skip, xfail, kunit }: Totals, results: readonly TestResult[]): string | undefined {
  // A suite of KUnit counts its cases, whatever is below them.
  const counted = kunit ? results : leavesOf(results);
  const count = (...statuses: readonly string[]): number => counted.filter(({ status }) => statuses.includes(status)).length;
  const kinds = [['passed', pass, count('pass')], ['failed', fail, count('fail', 'missing')], ['skipped', skip, count('skip')], ['failed as expected', xfail, count('xfail')]] as const;
  const wrong = kinds.find(([, said, seen]) => said !== seen);
  return wrong === undefined ? undefined : `${of === 'Totals' ? 'the totals say' : `the totals of ${of} say`} ${wrong[1]} ${wrong[0]}, but ${wrong[2]} did`;
}
