// The whole page: head, search, grid, what went wrong, the timeline; beside it the cell that was chosen.
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { PageData } from '../model/page.ts';
import type { CellResult } from '../model/report.ts';
import { isTrouble } from '../report/summarize.ts';
import { CellView } from './cell-view.tsx';
import { ComparisonView } from './comparison.tsx';
import { useGradually } from './gradually.ts';
import { Grid } from './grid.tsx';
import { Groups } from './groups.tsx';
import { Help } from './help.tsx';
import { useKeys } from './keys.ts';
import { usePrinted } from './printed.ts';
import { useRoute } from './route.ts';
import { parseQuery } from './search.ts';
import { Summary } from './summary.tsx';
import { Timeline } from './timeline.tsx';
import { useWholeCell } from './whole-cell.ts';

interface AppProps {
  readonly data: PageData;
  /** All of the cell whose address the page was opened with. */
  readonly opened: CellResult | undefined;
}

export function App({ data: { report, comparison }, opened }: AppProps) {
  const [route, onRoute] = useRoute();
  const [isHelpOpen, setHelp] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const query = useSettled(route.query);
  const matches = useMemo(() => parseQuery(query), [query]);
  const shown = useMemo(() => (matches === undefined ? report.cells : report.cells.filter(matches)), [report, matches]);
  const index = useMemo(() => report.cells.findIndex(({ id }) => id === route.cell), [report, route.cell]);
  const cell = report.cells[index];
  const whole = useWholeCell(index, opened);
  const show = (next: CellResult | undefined): void => onRoute({ cell: next?.id, attempt: undefined, line: undefined });
  useEffect(() => {
    document.title = `${cell === undefined ? '' : `${cell.id} · `}kit-test ${report.id}`;
  }, [cell, report]);
  // From the top to the bottom: a key is answered long before the last of thousands of cells is there.
  const gradually = useGradually(report.cells.length, cellsAtOnce);
  const isPrinted = usePrinted();
  const drawn = isPrinted ? report.cells.length : gradually;
  const onQuery = useCallback((next: string) => onRoute({ query: next }), [onRoute]);
  const showAttempt = useCallback((id: string, attempt: number) => onRoute({ cell: id, attempt, line: undefined }), [onRoute]);
  useKeys({
    search: () => search.current?.focus(),
    help: () => setHelp(!isHelpOpen),
    close: () => (isHelpOpen ? setHelp(false) : cell === undefined ? onRoute({ query: '' }) : show(undefined)),
    step: (step, onlyTroubled) => show(nextCell(onlyTroubled ? shown.filter(isTroubled) : shown, report.cells, cell, step)),
  });
  return (
    <div class={cell === undefined ? 'page' : 'page with-cell'}>
      <main>
        <Summary report={report} query={route.query} onQuery={onQuery} />
        <form class="search" role="search" aria-label="cells" onSubmit={(event) => event.preventDefault()}>
          <label class="visually-hidden" for="search">Search cells</label>
          <input ref={search} id="search" type="search" placeholder="Search cells: name, kernel, reason, is:fail, -arm" autocomplete="off" spellcheck={false} value={route.query} onInput={({ currentTarget }) => onQuery(currentTarget.value)} />
          <span class="found" role="status">{matches === undefined ? '' : `${shown.length} of ${report.cells.length}`}</span>
          <button type="button" class="help-button" title="?" onClick={() => setHelp(true)}>Keys</button>
        </form>
        <Grid report={report} matches={matches} query={query} selected={cell?.id} drawn={drawn} />
        {drawn < report.cells.length ? null : (
          <>
            <Groups report={report} shown={shown} query={query} />
            {comparison === undefined ? null : <ComparisonView comparison={comparison} query={query} />}
            <Timeline report={report} isWhole={isPrinted} onCell={showAttempt} />
          </>
        )}
        <footer>Made by kit-test {report.tool.version}. The same facts for programs: <a href="report.json">report.json</a>, <a href="junit.xml">junit.xml</a>, <a href="results.tap">results.tap</a>.</footer>
      </main>
      {cell === undefined || whole === undefined ? null : <CellView cell={whole} route={route} onRoute={onRoute} />}
      {isHelpOpen ? <Help onClose={() => setHelp(false)} /> : null}
    </div>
  );
}

/** More than fill a screen; to make them and lay them out takes less than a reader notices. */
const cellsAtOnce = 600;

const pauseMs = 80;

/** The value once it has stayed the same for a moment: thousands of cells are not searched for every letter. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMs);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

const isTroubled = (cell: CellResult): boolean => cell.flaky || isTrouble(cell);

/** The cell after (or before) the chosen one, in the order of the matrix, round and round. */
function nextCell(among: readonly CellResult[], all: readonly CellResult[], from: CellResult | undefined, step: 1 | -1): CellResult | undefined {
  if (from === undefined) return step === 1 ? among[0] : among.at(-1);
  const at = among.indexOf(from);
  if (at !== -1) return among.at((at + step) % among.length);
  const place = all.indexOf(from);
  const later = among.find((cell) => all.indexOf(cell) > place);
  return step === 1 ? (later ?? among[0]) : among.at((later === undefined ? among.length : among.indexOf(later)) - 1);
}
