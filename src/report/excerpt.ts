// Which console lines show why a cell did not pass: a few around the line the verdict names, or the last ones.
import type { Attempt } from '../model/report.ts';
import type { Verdict } from '../model/verdict.ts';

export interface ExcerptLine {
  readonly number: number;
  readonly text: string;
  /** The verdict rests on this line. */
  readonly marked: boolean;
}

/** Lines of context before the marked one. */
const before = 5;

/** At most `limit` lines in the order of the console. */
export function selectExcerpt({ verdict, excerpt }: Attempt, limit: number): readonly ExcerptLine[] {
  const [first, last] = markedRange(verdict);
  const lines = excerpt.map((line) => ({ ...line, marked: line.number >= first && line.number <= last }));
  const mark = lines.findIndex(({ marked }) => marked);
  const start = mark < 0 ? lines.length - limit : Math.min(mark - before, lines.length - limit);
  return lines.slice(Math.max(0, start), Math.max(0, start) + limit);
}

function markedRange(verdict: Verdict): readonly [first: number, last: number] {
  if (verdict.kind === 'crash') return [verdict.line, verdict.line];
  if (verdict.kind === 'fail' && verdict.line !== undefined) return [verdict.line, verdict.line];
  return [Infinity, -Infinity];
}
