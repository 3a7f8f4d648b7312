// Cases × (kernel, arch): one link for each cell. One of them can be reached with Tab, the others from there with the arrows.
import { memo } from 'preact/compat';
import { useMemo } from 'preact/hooks';
import type { RunReport } from '../model/report.ts';
import { GridRow } from './grid-row.tsx';
import { layGrid, type GridLine } from './rows.ts';
import type { Matches } from './search.ts';

interface GridProps {
  readonly report: RunReport;
  readonly matches: Matches | undefined;
  readonly query: string;
  readonly selected: string | undefined;
  /** How many cells at least are drawn, the first rows first. */
  readonly drawn: number;
}

export const Grid = memo(({ report, matches, query, selected, drawn }: GridProps) => {
  const { kernels, columns, lines } = useMemo(() => layGrid(report.cells), [report]);
  const rows = useMemo(() => (matches === undefined ? lines : lines.filter(({ cells }) => cells.some((cell) => cell !== undefined && matches(cell)))), [lines, matches]);
  const reachable = selected ?? firstOf(rows);
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
              {kernels.map(({ kernel, archs }) => <th key={kernel} scope="colgroup" colSpan={archs.length} class="kernel">{kernel}</th>)}
            </tr>
            <tr>
              <td />
              {columns.map(({ kernel, arch, first }) => <th key={`${kernel}/${arch}`} scope="col" class={first ? 'arch first' : 'arch'}>{arch}</th>)}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, Math.ceil(drawn / columns.length)).map((line) => <GridRow key={line.name} line={line} columns={columns} matches={matches} query={query} selected={within(line, selected)} reachable={within(line, reachable)} />)}
          </tbody>
        </table>
      </div>
    </section>
  );
});

const firstOf = (rows: readonly GridLine[]): string | undefined => rows.flatMap(({ cells }) => cells).find((cell) => cell !== undefined)?.id;

/** The id where its cell is in the row: only rows that it concerns are drawn again. */
const within = ({ cells }: GridLine, id: string | undefined): string | undefined => (cells.some((cell) => cell?.id === id) ? id : undefined);

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
