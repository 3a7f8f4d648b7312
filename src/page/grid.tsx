// Cases × (kernel, arch): one link for each cell. One of them can be reached with Tab, the others from there with the arrows.
import { memo } from 'preact/compat';
import type { CellResult, RunReport } from '../model/report.ts';
import { formatDuration } from '../model/format.ts';
import { gridOf, placeOf, rowOf } from '../report/grid.ts';
import { historyNews } from '../report/history-words.ts';
import { cellReason } from '../report/round-words.ts';
import { outlookOf } from '../report/summarize.ts';
import { symbols } from './look.ts';
import { formatRoute } from './address.ts';
import type { Matches } from './search.ts';

interface GridProps {
  readonly report: RunReport;
  readonly matches: Matches | undefined;
  readonly query: string;
  readonly selected: string | undefined;
}

export const Grid = memo(({ report, matches, query, selected }: GridProps) => {
  const grid = gridOf(report.cells);
  const columns = grid.kernels.flatMap(({ kernel, archs }) => archs.map((arch, index) => ({ kernel, arch, first: index === 0 })));
  const cells = new Map(report.cells.map((cell) => [placeOf(cell), cell]));
  const summaries = new Map(report.cells.map((cell) => [rowOf(cell), cell.summary]));
  const rows = grid.cases
    .map((name) => ({ name, cells: columns.map(({ kernel, arch }) => cells.get(`${name}/${kernel}/${arch}`)) }))
    .filter((row) => matches === undefined || row.cells.some((cell) => cell !== undefined && matches(cell)));
  const reachable = selected ?? rows.flatMap((row) => row.cells).find((cell) => cell !== undefined)?.id;
  return (
    <section class="grid" aria-labelledby="grid-title">
      <h2 id="grid-title" class="visually-hidden">Cells</h2>
      {rows.length === 0 ? <p class="empty">No cell matches. <kbd>Esc</kbd> in the search shows all again.</p> : null}
      {/* A region that scrolls has to be reachable for who has no mouse. */}
      <div class="scroller" tabIndex={0} role="region" aria-label="grid of cells">
        <table onKeyDown={moveFocus} onMouseOver={showName} hidden={rows.length === 0}>
          <thead>
            <tr>
              <td />
              {grid.kernels.map(({ kernel, archs }) => <th key={kernel} scope="colgroup" colSpan={archs.length} class="kernel">{kernel}</th>)}
            </tr>
            <tr>
              <td />
              {columns.map(({ kernel, arch, first }) => <th key={`${kernel}/${arch}`} scope="col" class={first ? 'arch first' : 'arch'}>{arch}</th>)}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, cells: row }) => (
              <tr key={name}>
                <th scope="row" title={summaries.get(name)}>{name}</th>
                {row.map((cell, column) => (
                  <td key={column} class={columns[column]?.first === true ? 'first' : undefined}>
                    {cell === undefined ? null : <CellLink cell={cell} query={query} off={matches !== undefined && !matches(cell)} isSelected={cell.id === selected} isReachable={cell.id === reachable} />}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
});

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

/** What is hovered over says its name; thousands of cells need not carry it twice. */
function showName({ target }: MouseEvent): void {
  if (target instanceof HTMLAnchorElement && target.title === '') target.title = target.ariaLabel ?? '';
}

const steps: Readonly<Record<string, readonly [row: number, column: number]>> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** To the next cell in the direction of the arrow; holes are stepped over. */
function moveFocus(event: KeyboardEvent): void {
  const step = steps[event.key];
  const place = (event.target as Element).closest('td');
  const table = (event.currentTarget as Element).querySelector('tbody');
  if (step === undefined || place === null || table === null) return;
  let row = Array.prototype.indexOf.call(table.rows, place.parentElement);
  let column = place.cellIndex;
  for (;;) {
    row += step[0];
    column += step[1];
    const next = table.rows[row]?.cells[column];
    if (next === undefined || next.tagName === 'TH') return;
    const link = next.querySelector('a');
    if (link === null) continue;
    event.preventDefault();
    link.focus();
    return;
  }
}
