// What the ends of earlier runs make of this one. Pure.
import type { CellHistory, End, RememberedEnd } from '../model/history.ts';

/** `past`: the oldest first, as many as are to be remembered besides this one. */
export function tellHistory(past: readonly End[], now: End): CellHistory {
  const ends = [...past, now];
  // Errors are ours: they say nothing of the cell.
  const own = ends.filter(isOfCell);
  return { ...stateOf(past, now), runs: own.length, failed: own.filter(didFail).length, flaky: wavers(ends), ...(ends.every(isPlain) ? {} : { ends: ends.map(remembered) }) };
}

/** Passes and fails without a change that explains it. */
export function wavers(ends: readonly End[]): boolean {
  const own = ends.filter(isOfCell);
  return own.some(didFail) && isFlaky(own);
}

const isOfCell = ({ verdict }: End): boolean => verdict !== 'error';
const didFail = (end: End): boolean => isFailure(end) || end.wavered === true;

type State = Pick<CellHistory, 'state' | 'since'>;

function stateOf(past: readonly End[], now: End): State {
  if (now.known === true) return { state: past.length === 0 ? 'first' : 'steady' };
  if (now.verdict === 'pass') return stateOfPass(past.filter((end) => end.verdict !== 'error' && end.known !== true));
  return stateOfFailure(now.verdict === 'error' ? past : past.filter(({ verdict }) => verdict !== 'error'), now);
}

function stateOfPass(past: readonly End[]): State {
  if (past.length === 0) return { state: 'first' };
  const streak = lastInARow(past, isFailure);
  const [first] = streak;
  return first === undefined ? { state: 'steady' } : { state: 'fixed', since: { run: first.run, at: first.at, runs: streak.length } };
}

function stateOfFailure(past: readonly End[], now: End): State {
  if (past.length === 0) return { state: 'first' };
  const streak = lastInARow(past, ({ failure }) => failure === now.failure);
  const [first] = streak;
  if (first !== undefined) return { state: 'since', since: { run: first.run, at: first.at, runs: streak.length + 1 } };
  const same = past.filter(({ failure }) => failure === now.failure);
  const last = same.at(-1);
  return last === undefined ? { state: 'new' } : { state: 'again', since: { run: last.run, at: last.at, runs: same.length + 1 } };
}

function lastInARow(ends: readonly End[], holds: (end: End) => boolean): readonly End[] {
  return ends.slice(1 + ends.findLastIndex((end) => !holds(end)));
}

/** How often one failure has to have come, with passes between, before it is flaky without a proof. */
const comings = 3;

/** One run did both, or equal inputs did, or the same failure keeps coming and going. */
function isFlaky(ends: readonly End[]): boolean {
  if (ends.some(({ wavered }) => wavered === true)) return true;
  const counted = ends.filter(({ known }) => known !== true);
  const passedWith = new Set(counted.flatMap(({ verdict, inputs }) => (verdict === 'pass' && inputs !== undefined ? [inputs] : [])));
  if (counted.some((end) => isFailure(end) && end.inputs !== undefined && passedWith.has(end.inputs))) return true;
  const came = new Map<string | undefined, number>();
  counted.forEach((end, index) => {
    if (isFailure(end) && counted[index - 1]?.verdict === 'pass') came.set(end.failure, (came.get(end.failure) ?? 0) + 1);
  });
  return [...came.values()].some((times) => times >= comings);
}

const isFailure = ({ verdict, known }: End): boolean => verdict !== 'pass' && known !== true;

const isPlain = ({ verdict, wavered }: End): boolean => verdict === 'pass' && wavered !== true;

const remembered = ({ run, verdict, known, wavered }: End): RememberedEnd => ({ run, verdict, ...(known === undefined ? {} : { known }), ...(wavered === undefined ? {} : { wavered }) });
