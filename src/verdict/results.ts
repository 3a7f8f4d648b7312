// What a tree of test results says as a whole.
import type { TestResult } from '../model/console.ts';

interface Path {
  readonly names: readonly string[];
  readonly result: TestResult;
}

/** The deepest results that failed or never came, with the names that lead to them. */
export function failingLeaves(results: readonly TestResult[], names: readonly string[] = []): readonly Path[] {
  return results.flatMap((result) => {
    if (result.informative === true || result.status !== 'fail' && result.status !== 'missing') return [];
    const path = [...names, result.name];
    const below = failingLeaves(result.children, path);
    return below.length > 0 ? below : [{ names: path, result }];
  });
}

/** All results are skips: the reason, and how many; undefined otherwise. */
export function skippedWholly(results: readonly TestResult[]): string | undefined {
  if (results.length === 0 || results.some((result) => result.status !== 'skip')) return undefined;
  const why = results.find((result) => result.detail !== undefined)?.detail;
  const count = results.length === 1 ? 'the only result was skipped' : `all ${results.length} results were skipped`;
  return why === undefined ? count : `${count}: ${why.split('\n')[0] ?? ''}`;
}
