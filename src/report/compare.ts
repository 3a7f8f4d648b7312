// What changed between two runs. Pure.
import type { ComparedCell, Comparison } from '../model/comparison.ts';
import type { CellResult, RunReport } from '../model/report.ts';
import { verdictReason } from '../model/verdict.ts';
import { outlookOf } from './summarize.ts';

/** A cell is slower or faster when its time changed by half, and by more than a busy machine does to it. */
const timeFactor = 1.5;
const timeMs = 2000;

type Side = NonNullable<ComparedCell['before']>;

const sideOf = (cell: CellResult): Side => ({ word: outlookOf(cell), reason: verdictReason(cell.verdict), durationMs: cell.rounds?.durationMs.median ?? cell.durationMs });

const isGood = ({ word }: Side): boolean => word === 'pass' || word === 'flaky' || word === 'cached';
/** Said no; a skip and an error of our side say nothing. */
const isBad = ({ word }: Side): boolean => word === 'fail' || word === 'crash' || word === 'timeout';

/** Cells are the same by their ids; lists are in the order of the later run. */
export function compareRuns(before: RunReport, after: RunReport): Comparison {
  const earlier = new Map(before.cells.map((cell) => [cell.id, sideOf(cell)]));
  const later = new Map(after.cells.map((cell) => [cell.id, sideOf(cell)]));
  const lists = { broken: [] as ComparedCell[], fixed: [] as ComparedCell[], changed: [] as ComparedCell[], slower: [] as ComparedCell[], faster: [] as ComparedCell[], added: [] as ComparedCell[], gone: [] as ComparedCell[] };
  let same = 0;
  for (const [id, now] of later) {
    const was = earlier.get(id);
    const list = was === undefined ? (isBad(now) ? 'broken' : 'added') : kindOf(was, now);
    if (list === undefined) same += 1;
    else lists[list].push({ id, ...(was === undefined ? {} : { before: was }), after: now });
  }
  for (const [id, was] of earlier) if (!later.has(id)) lists.gone.push({ id, before: was });
  return { before: before.id, after: after.id, ...lists, same };
}

function kindOf(was: Side, now: Side): 'broken' | 'fixed' | 'changed' | 'slower' | 'faster' | undefined {
  if (isBad(now) && !isBad(was)) return 'broken';
  if (isBad(was) && isGood(now)) return 'fixed';
  if (isBad(was) && isBad(now)) return was.word === now.word && was.reason === now.reason ? undefined : 'changed';
  if (!isGood(was) || !isGood(now)) return undefined;
  if (now.durationMs > was.durationMs * timeFactor && now.durationMs - was.durationMs > timeMs) return 'slower';
  if (was.durationMs > now.durationMs * timeFactor && was.durationMs - now.durationMs > timeMs) return 'faster';
  return undefined;
}
