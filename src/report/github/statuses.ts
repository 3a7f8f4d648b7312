// What the commit statuses of a run say: one for the run, one for each kernel and architecture. Pure.
// https://docs.github.com/rest/commits/statuses#create-a-commit-status
import { count } from '../../model/format.ts';
import type { GithubSettings } from '../../model/github.ts';
import type { PlannedCell } from '../../model/events.ts';
import type { CellResult, RunReport } from '../../model/report.ts';
import { formatDuration } from '../../model/units.ts';
import { isCutOff } from '../../model/verdict.ts';
import { isTrouble, outlookOf, outlooks, totalsOf } from '../summarize.ts';

export interface CommitStatus {
  readonly context: string;
  readonly state: 'pending' | 'success' | 'failure' | 'error';
  readonly description: string;
  readonly target_url?: string;
}

export interface StatusOptions {
  readonly settings: GithubSettings;
  /** Where the run as a whole is shown; undefined: nowhere. */
  readonly page: string | undefined;
}

/** All that ran, or will, on one kernel and architecture. */
type Column = Pick<PlannedCell, 'kernel' | 'arch'>;

/** GitHub refuses more. */
const descriptionLimit = 140;

export const columnOf = ({ kernel, arch }: Column): string => `${kernel} / ${arch}`;

/** Cells by `columnOf`, in matrix order. */
export function columnsOf<T extends Column>(cells: readonly T[]): ReadonlyMap<string, readonly [T, ...T[]]> {
  const columns = new Map<string, [T, ...T[]]>();
  for (const cell of cells) {
    const column = columns.get(columnOf(cell));
    if (column === undefined) columns.set(columnOf(cell), [cell]);
    else column.push(cell);
  }
  return columns;
}

/** The statuses of a run that begins; that of the run first. */
export function pendingStatuses(cells: readonly PlannedCell[], options: StatusOptions): readonly CommitStatus[] {
  const columns = [...columnsOf(cells).values()].map((column) => columnStatus(column[0], 'pending', `${count(column.length, 'cell')} to boot`, options));
  return [runStatus('pending', `${count(cells.length, 'cell')} to boot`, options), ...columns];
}

/** The status of a kernel and architecture whose cells have all ended. */
export function endedColumn(cells: readonly [CellResult, ...CellResult[]], options: StatusOptions): CommitStatus {
  const left = cells.filter(isCut).length;
  if (left > 0) return columnStatus(cells[0], 'error', `cancelled: ${left} of ${count(cells.length, 'cell')} did not end`, options);
  return columnStatus(cells[0], stateOf(cells), describe(cells), options);
}

/** All statuses of a run that has ended; that of the run first, then those that are not good. */
export function finalStatuses(report: RunReport, options: StatusOptions): readonly CommitStatus[] {
  const columns = [...columnsOf(report.cells).values()].map((column) => endedColumn(column, options));
  const isGood = ({ state }: CommitStatus): boolean => state === 'success';
  return [endedRun(report, options), ...columns.filter((status) => !isGood(status)), ...columns.filter(isGood)];
}

function endedRun(report: RunReport, options: StatusOptions): CommitStatus {
  const { cells, interrupted, durationMs } = report;
  if (interrupted) return runStatus('error', `cancelled: ${cells.filter(isCut).length} of ${count(cells.length, 'cell')} did not end`, options);
  return runStatus(stateOf(cells), describe(cells, ` in ${formatDuration(durationMs)}`), options);
}

/** As the exit code has it: our own errors are `error`, unless a case failed too. */
function stateOf(cells: readonly CellResult[]): CommitStatus['state'] {
  const { fail, crash, timeout, error } = totalsOf(cells);
  if (fail + crash + timeout > 0) return 'failure';
  return error > 0 ? 'error' : 'success';
}

function describe(cells: readonly CellResult[], more = ''): string {
  const looks = cells.map(outlookOf);
  const counts = outlooks.map((look) => ({ look, number: looks.filter((each) => each === look).length })).filter(({ number }) => number > 0);
  const words = (cells.length === 0 ? 'no cells' : counts.map(({ look, number }) => `${number} ${look}`).join(', ')) + more;
  const troubled = [...new Set(cells.filter(isTrouble).map((cell) => cell.case))];
  return troubled.length === 0 ? words : `${words}: ${someOf(troubled, descriptionLimit - words.length - ': , 999 more'.length)}`;
}

/** Names as far as there is room for them. */
function someOf(names: readonly string[], room: number): string {
  const shown = names.filter((_, index) => names.slice(0, index + 1).join(', ').length <= room);
  const rest = names.length - shown.length;
  return [...shown, ...(rest === 0 ? [] : [`${rest} more`])].join(', ');
}

const isCut = ({ verdict }: CellResult): boolean => isCutOff(verdict);

function runStatus(state: CommitStatus['state'], description: string, { settings, page }: StatusOptions): CommitStatus {
  return { context: settings.context, state, description: limited(description), ...(page === undefined ? {} : { target_url: page }) };
}

function columnStatus(column: Column, state: CommitStatus['state'], description: string, { settings, page }: StatusOptions): CommitStatus {
  // The page of a run shows what its address asks for; a workflow's page knows of no cells.
  const target = page === undefined ? undefined : settings.targetUrl === undefined ? page : `${page.replace(/#.*$/, '')}#q=/${encodeURIComponent(column.kernel)}/${encodeURIComponent(column.arch)}`;
  return { context: `${settings.context} / ${columnOf(column)}`, state, description: limited(description), ...(target === undefined ? {} : { target_url: target }) };
}

const limited = (text: string): string => (text.length <= descriptionLimit ? text : `${text.slice(0, descriptionLimit - 3)}...`);
