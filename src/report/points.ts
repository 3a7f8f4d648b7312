// The results of a cell as machine-readable formats count them: which of them speak for the verdict, and which cannot.
// A cell that passes or is skipped has no failing result in any report; what the guest said nevertheless stays readable.
import type { TestResult } from '../model/console.ts';
import type { CellResult } from '../model/report.ts';
import { decisiveAttempt } from './attempts.ts';

type PointOutcome =
  | 'pass'
  | 'fail'
  | 'skip'
  /** Failed as expected. */
  | 'xfail'
  /** Failed, and the cell's failure is known. */
  | 'known'
  /** Did not pass, but the verdict does not rest on it. */
  | 'uncounted';

export interface Point {
  readonly name: string;
  readonly outcome: PointOutcome;
  readonly detail: string;
  readonly line: number;
  readonly children: readonly Point[];
}

/** The results of the attempt that counts, nested as the guest printed them. */
export function pointsOf(cell: CellResult): readonly Point[] {
  const { results } = decisiveAttempt(cell);
  const { kind } = cell.verdict;
  return results.map((result) => pointOf(result, cell.known !== undefined ? 'known' : kind === 'pass' || kind === 'skip' ? 'uncounted' : 'fail'));
}

/** `failure`: what a failed result is in its cell. */
function pointOf(result: TestResult, failure: PointOutcome): Point {
  const failed = result.informative === true ? 'uncounted' : failure;
  return {
    name: result.name.trim() === '' ? '(no name)' : result.name,
    outcome: result.status === 'fail' || result.status === 'missing' ? failed : result.status,
    detail: result.detail ?? (result.status === 'missing' ? 'announced, but no result came' : ''),
    line: result.line,
    children: result.children.map((child) => pointOf(child, failed)),
  };
}

/** One line for each result that has something to say, named `parent > child`; equal names are numbered. */
export function flatPoints(points: readonly Point[]): readonly Point[] {
  const seen = new Map<string, number>();
  return points.flatMap((point) => flatten(point, [])).map((point) => {
    const times = (seen.get(point.name) ?? 0) + 1;
    seen.set(point.name, times);
    return times === 1 ? point : { ...point, name: `${point.name} (${times})` };
  });
}

function flatten(point: Point, path: readonly string[]): readonly Point[] {
  const names = [...path, point.name];
  const below = point.children.flatMap((child) => flatten(child, names));
  // A parent only repeats what its children say, but for a failure that none of them explains.
  const explained = below.length > 0 && (point.outcome === 'pass' || below.some(({ outcome }) => outcome === point.outcome));
  return explained ? below : [{ ...point, name: names.join(' > '), children: [] }, ...below];
}
