// Which console lines show why a verdict is what it is.
import type { Verdict } from '../model/verdict.ts';

/** Lines to cut the excerpt around: a crash's report, the line that failed; undefined stands for the last lines. */
export function excerptAround(verdict: Verdict): { readonly line: number; readonly endLine?: number } | undefined {
  if (verdict.kind === 'crash') return { line: verdict.line, endLine: verdict.endLine };
  if (verdict.kind === 'fail' && verdict.line !== undefined) return { line: verdict.line };
  return undefined;
}
