// A row of the grid: the cells of a case. It is drawn again only where something of itself has changed.
import { memo } from 'preact/compat';
import type { CellResult } from '../model/report.ts';
import { formatDuration } from '../model/format.ts';
import { historyNews } from '../report/history-words.ts';
import { cellReason } from '../report/round-words.ts';
import { outlookOf } from '../report/summarize.ts';
import { formatRoute } from './address.ts';
import { symbols } from './look.ts';
import type { GridColumn, GridLine } from './rows.ts';
import type { Matches } from './search.ts';

interface GridRowProps {
  readonly line: GridLine;
  readonly columns: readonly GridColumn[];
  readonly matches: Matches | undefined;
  readonly query: string;
  /** Id of the cell that is shown beside the grid, where it is in this row. */
  readonly selected: string | undefined;
  /** Id of the cell that Tab leads to, where it is in this row. */
  readonly reachable: string | undefined;
}

export const GridRow = memo(({ line: { name, summary, cells }, columns, matches, query, selected, reachable }: GridRowProps) => (
  <tr>
    <th scope="row" title={summary}>{name}</th>
    {cells.map((cell, column) => (
      <td key={column} class={columns[column]?.first === true ? 'first' : undefined}>
        {cell === undefined ? null : <CellLink cell={cell} query={query} off={matches !== undefined && !matches(cell)} isSelected={cell.id === selected} isReachable={cell.id === reachable} />}
      </td>
    ))}
  </tr>
));

interface CellLinkProps {
  readonly cell: CellResult;
  readonly query: string;
  readonly off: boolean;
  readonly isSelected: boolean;
  readonly isReachable: boolean;
}

function CellLink({ cell, query, off, isSelected, isReachable }: CellLinkProps) {
  const look = outlookOf(cell);
  const reason = cellReason(cell);
  const time = look === 'skip' || look === 'cached' ? '' : formatDuration(cell.durationMs);
  const name = [`${cell.id}: ${look}`, ...(reason === '' ? [] : [reason]), historyNews(cell) ?? []].flat().join(', ');
  return (
    <a class={`cell ${look}${off ? ' off' : ''}`} href={formatRoute({ cell: cell.id, query })} aria-label={`${name}${time === '' ? '' : `, ${time}`}`} aria-current={isSelected ? 'true' : undefined} tabIndex={isReachable ? 0 : -1}>
      {`${symbols[look]} ${time}`}
    </a>
  );
}
