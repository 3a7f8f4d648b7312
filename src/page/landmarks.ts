// Which lines of a console matter, and which can be folded away at first: told by the report alone. Pure.
import type { TestResult } from '../model/console.ts';
import type { Attempt } from '../model/report.ts';
import type { Fold } from './folds.ts';

/** Lines that the verdict rests on. */
export function markedLines({ verdict }: Attempt): readonly [number, number] | undefined {
  if (verdict.kind === 'crash') return [verdict.line, verdict.endLine];
  return verdict.kind === 'fail' && verdict.line !== undefined ? [verdict.line, verdict.line] : undefined;
}

const shortest = 8;

/**
 * The kernel's boot before the first result, and the output of each top-level result that passed. What holds the finding
 * stays open.
 */
export function foldsOf(attempt: Attempt): readonly Fold[] {
  const marked = markedLines(attempt);
  const tops = attempt.results.filter(({ line }) => line > 0).sort((a, b) => a.line - b.line);
  const firstLine = Math.min(...linesOf(tops));
  if (!Number.isFinite(firstLine)) return [];
  const folds: Fold[] = [{ from: 1, to: firstLine - 2, title: 'boot' }];
  let from = firstLine;
  for (const { name, line, status } of tops) {
    if (status === 'pass' || status === 'skip') folds.push({ from, to: line - 1, title: name });
    from = Math.max(from, line + 1);
  }
  return folds.filter(({ from: first, to }) => to - first >= shortest && (marked === undefined || marked[1] < first || marked[0] > to));
}

const linesOf = (results: readonly TestResult[]): readonly number[] => results.flatMap((result) => [...(result.line > 0 ? [result.line] : []), ...linesOf(result.children)]);
