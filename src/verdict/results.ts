// What test results say as a whole: which failed, whether all were skipped, and how many there are of each kind.
import { addTallies, listedTally } from '../console/leaves.ts';
import type { Crash, Finding, ResultCounts, ResultsFinding, TestResult, TestStatus } from '../model/console.ts';

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

/** The results of a document; those that never came are explained by the crash that followed the last one that did. */
export function explainedResults({ results, complete }: ResultsFinding, crashes: readonly Crash[]): readonly TestResult[] {
  if (complete || crashes.length === 0) return results;
  const last = lastLineOf(results);
  const crash = crashes.find(({ line }) => line > last);
  return crash === undefined ? results : blame(results, crash.title);
}

const wordOf: Readonly<Record<TestStatus, string>> = { pass: 'passed', fail: 'failed', skip: 'were skipped', xfail: 'failed as expected', missing: 'never came' };

/** Results that were only counted, one for each status, so that nobody takes those that are listed for all. */
export const omittedResults = ({ omitted = {}, line }: ResultsFinding): readonly TestResult[] =>
  Object.entries(omitted).map(([status, count]) => ({ name: `${count} more that ${wordOf[status as TestStatus]}`, status: status as TestStatus, detail: 'counted, but not listed: there are too many', line, children: [], ...(count === 1 ? undefined : { count }) }));

/** Console line of the last result that came. */
const lastLineOf = (results: readonly TestResult[]): number =>
  results.reduce((last, { status, line, children }) => Math.max(last, status === 'missing' ? 0 : line, lastLineOf(children)), 0);

const blame = (results: readonly TestResult[], title: string): readonly TestResult[] =>
  results.map((result) => ({ ...result, ...(result.status === 'missing' ? { detail: `the kernel crashed: ${title}` } : undefined), children: blame(result.children, title) }));

/** All results are skips: the reason, and how many; undefined otherwise. */
export function skippedWholly(results: readonly TestResult[]): string | undefined {
  if (results.length === 0 || results.some((result) => result.status !== 'skip')) return undefined;
  const why = results.find((result) => result.detail !== undefined)?.detail;
  const count = results.length === 1 ? 'the only result was skipped' : `all ${results.length} results were skipped`;
  return why === undefined ? count : `${count}: ${why.split('\n')[0] ?? ''}`;
}

/**
 * Counts the results of all documents among the findings as the kernel's kunit tool counts them: leaves, and every defect
 * of the format (tools/testing/kunit/kunit_parser.py).
 */
export function countResults(findings: readonly Finding[]): ResultCounts {
  const documents = findings.filter((finding) => finding.kind === 'results');
  const told = addTallies(...documents.map(({ results, omitted }) => addTallies(listedTally(results), omitted)));
  const { pass: passed = 0, fail: failed = 0, skip: skipped = 0, xfail: xfailed = 0, missing: crashed = 0 } = told;
  const errors = documents.length === 0 ? 1 : documents.reduce((sum, document) => sum + defectsOf(document), 0);
  const total = passed + failed + skipped + xfailed + crashed;
  return { status: statusOf(), total, passed, failed, skipped, xfailed, crashed, errors };

  function statusOf(): ResultCounts['status'] {
    if (documents.length === 0) return 'parse-error';
    if (crashed > 0) return 'crash';
    if (failed > 0) return 'fail';
    if (passed + xfailed > 0) return 'pass';
    return skipped > 0 ? 'skip' : 'no-tests';
  }
}

function defectsOf({ results, problems, emptySubtests = 0, omitted }: ResultsFinding): number {
  const nothing = results.length === 0 && omitted === undefined ? 1 : 0;
  return missingIn(results) + (omitted?.missing ?? 0) + problems.length + emptySubtests + nothing;
}

const missingIn = (results: readonly TestResult[]): number =>
  results.reduce((sum, result) => sum + (result.status === 'missing' ? result.count ?? 1 : 0) + missingIn(result.children), 0);
