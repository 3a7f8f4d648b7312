// Ends as lines of ndjson. What cannot be read is passed over: a process may have been killed while it wrote, and a newer
// version may have written what this one does not know.
import { compareText } from '../model/compare-text.ts';
import { EndSchema, type End } from '../model/history.ts';

/** The cell comes first, so that lines of other cells need not be parsed. */
export const encodeEnd = ({ cell, ...end }: End): string => `${JSON.stringify({ cell, ...end })}\n`;

/** The ends among the lines of `text`; of `cells` only, where they are given. */
export function* parseEnds(text: string, cells?: ReadonlySet<string>): Generator<End> {
  for (const line of text.split('\n')) {
    if (cells !== undefined && !cells.has(cellOfLine(line) ?? '')) continue;
    const end = parseEnd(line);
    if (end !== undefined) yield end;
  }
}

/** Names of cells need no escapes in JSON. */
const cellOfLine = (line: string): string | undefined => /^\{"cell":"([^"\\]+)"/.exec(line)?.[1];

function parseEnd(line: string): End | undefined {
  if (line === '') return undefined;
  try {
    return EndSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** By cell, the oldest first, each run once, at most `runs` of them. */
export function latestEnds(ends: Iterable<End>, runs: number): ReadonlyMap<string, readonly End[]> {
  const cells = new Map<string, Map<string, End>>();
  for (const end of ends) {
    const known = cells.get(end.cell) ?? new Map<string, End>();
    cells.set(end.cell, known);
    known.set(end.run, end);
  }
  return new Map([...cells].map(([cell, byRun]) => [cell, [...byRun.values()].sort(byTime).slice(-runs)]));
}

const byTime = (a: End, b: End): number => compareText(a.at, b.at) || compareText(a.run, b.run);
