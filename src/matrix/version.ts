// Orders kernel releases (6.12-rc3 < 6.12 < 6.12.9 < 6.x) and reads version ranges (`>=5.10 <6.6 || 7.x`).
// A series such as `7.x` counts as newer than all of its releases. What follows the numbers (`-50-cloud-amd64`) breaks ties.
import { UsageError } from '../model/errors.ts';

interface Release {
  readonly numbers: readonly number[];
  /** Infinity for a final release: release candidates come before it. */
  readonly candidate: number;
  readonly suffix: string;
}

/** Negative when `a` is older than `b`. A total order: what is no kernel release comes before everything. */
export function compareReleases(a: string, b: string): number {
  const left = parseRelease(a);
  const right = parseRelease(b);
  if (left === undefined || right === undefined) return left === right ? compareNatural(a, b) : left === undefined ? -1 : 1;
  return compareNumbers(left, right) || compareNatural(left.suffix, right.suffix);
}

/** Whether a release lies in a range. A release with unknown parts (`6.12`) counts as its first (`6.12.0`). */
export function satisfies(release: string, range: string): boolean {
  const alternatives = parseRange(range);
  if (typeof alternatives === 'string') {
    throw new UsageError('BAD_RANGE', `${JSON.stringify(range)} is not a version range: ${alternatives}`, { hint: rangeExample });
  }
  const parsed = parseRelease(release);
  return parsed !== undefined && alternatives.some((all) => all.every((comparator) => holds(parsed, comparator)));
}

/** What is wrong with a range, in one sentence; undefined for a good one. */
export function rangeProblem(range: string): string | undefined {
  const parsed = parseRange(range);
  return typeof parsed === 'string' ? `${parsed}; ${rangeExample}` : undefined;
}

const rangeExample = 'a range is written like ">=5.10 <6.6 || 7.x"';

function parseRelease(text: string): Release | undefined {
  const match = /^v?(\d+(?:\.\d+)*)(\.x)?(?:[-~]rc(\d+))?(.*)$/s.exec(text);
  if (match === null) return undefined;
  const [, numbers = '', series, candidate, suffix = ''] = match;
  return {
    numbers: [...numbers.split('.').map(Number), ...(series === undefined ? [] : [Infinity])],
    candidate: candidate === undefined ? Infinity : Number(candidate),
    suffix,
  };
}

type Operator = '>=' | '<=' | '>' | '<' | '=';

interface Comparator {
  readonly operator: Operator;
  readonly bound: Release;
}

/** Alternatives of comparators that must all hold, or what is wrong. */
function parseRange(range: string): readonly (readonly Comparator[])[] | string {
  const alternatives: Comparator[][] = [];
  for (const part of range.split('||')) {
    const words = part.replaceAll(/(>=|<=|>|<|=)\s+/g, '$1').split(/[\s,]+/).filter((word) => word !== '');
    if (words.length === 0) return range.trim() === '' ? 'it is empty' : 'nothing stands beside "||"';
    const comparators: Comparator[] = [];
    for (const word of words) {
      const comparator = parseComparator(word);
      if (typeof comparator === 'string') return comparator;
      comparators.push(comparator);
    }
    alternatives.push(comparators);
  }
  return alternatives;
}

function parseComparator(word: string): Comparator | string {
  const match = /^(>=|<=|>|<|=)?v?(\d+(?:\.\d+)*)(?:\.[x*])?(-rc\d+)?$/.exec(word);
  const bound = match === null ? undefined : parseRelease(`${match[2] ?? ''}${match[3] ?? ''}`);
  if (match !== null && bound !== undefined) return { operator: (match[1] ?? '=') as Operator, bound };
  const shown = JSON.stringify(word.slice(0, 40));
  if (/^[\^~]/.test(word)) return `${shown} is not understood, for kernels have no semantic versions: name both ends`;
  return `${shown} is neither a version nor a comparison with one`;
}

function holds(release: Release, { operator, bound }: Comparator): boolean {
  switch (operator) {
    case '=': return isWithin(release, bound);
    case '>=': return compareNumbers(release, bound) >= 0;
    case '<': return compareNumbers(release, bound) < 0;
    case '>': return compareNumbers(release, bound) > 0 && !isWithin(release, bound);
    case '<=': return compareNumbers(release, bound) < 0 || isWithin(release, bound);
  }
}

/** `6.1` names all of 6.1.*, `6.1-rc3` only itself. */
function isWithin(release: Release, bound: Release): boolean {
  if (bound.candidate !== Infinity) return compareNumbers(release, bound) === 0;
  return bound.numbers.every((number, index) => (release.numbers[index] ?? 0) === number);
}

function compareNumbers(a: Release, b: Release): number {
  for (let index = 0; index < Math.max(a.numbers.length, b.numbers.length); index += 1) {
    const order = compare(a.numbers[index] ?? 0, b.numbers[index] ?? 0);
    if (order !== 0) return order;
  }
  return compare(a.candidate, b.candidate);
}

/** Digits count as numbers: `-9-amd64` before `-50-amd64`. */
function compareNatural(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [x = '', y = ''] = [left[index], right[index]];
    const order = /^\d/.test(x) && /^\d/.test(y) ? compare(Number(x), Number(y)) || compare(x, y) : compare(x, y);
    if (order !== 0) return order;
  }
  return 0;
}

const compare = <T extends number | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
