// The counts with which a program or a suite closes: `# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:0 error:0` of kselftest.h,
// `# Totals: pass:9 fail:0 skip:0 total:9` and `# suite: pass:…` of KUnit.
import type { Tally } from '../../model/console.ts';

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

/** What the totals say of results that are not these; undefined where both agree. A suite of KUnit counts its cases, whatever is below them. */
export function disagreement({ of, pass, fail, skip, xfail }: Totals, seen: Tally): string | undefined {
  const kinds = [
    ['passed', pass, seen.pass ?? 0], ['failed', fail, (seen.fail ?? 0) + (seen.missing ?? 0)], ['skipped', skip, seen.skip ?? 0], ['failed as expected', xfail, seen.xfail ?? 0],
  ] as const;
  const wrong = kinds.find(([, said, came]) => said !== came);
  return wrong === undefined ? undefined : `${of === 'Totals' ? 'the totals say' : `the totals of ${of} say`} ${wrong[1]} ${wrong[0]}, but ${wrong[2]} did`;
}
