// What went wrong, once each: failures with their reason in common, and kernel crashes by their title, with the cells they hit.
import { memo } from 'preact/compat';
import type { CellResult, RunReport } from '../model/report.ts';
import { commonHistory } from '../report/history-words.ts';
import { cellReason } from '../report/round-words.ts';
import { failureGroups, outlookOf, skipGroups, type CellGroup } from '../report/summarize.ts';
import { symbols } from './look.ts';
import { formatRoute } from './address.ts';

interface GroupsProps {
  readonly report: RunReport;
  readonly shown: readonly CellResult[];
  readonly query: string;
}

export const Groups = memo(({ report, shown, query }: GroupsProps) => {
  const failures = failureGroups(shown);
  const flaky = shown.filter((cell) => cell.flaky);
  const skipped = skipGroups(shown);
  return (
    <>
      {failures.length === 0 ? null : (
        <section aria-labelledby="failures-title">
          <h2 id="failures-title">{failures.length === 1 ? 'One reason for failure' : `${failures.length} reasons for failure`}</h2>
          <ol class="groups">{failures.map((group) => <Group key={`${group.kind} ${group.reason}`} group={group} query={query} />)}</ol>
        </section>
      )}
      <Crashes report={report} query={query} />
      {flaky.length === 0 ? null : (
        <section aria-labelledby="flaky-title">
          <h2 id="flaky-title">Passed only at another attempt</h2>
          <p><Places cells={flaky} query={query} /></p>
        </section>
      )}
      {skipped.length === 0 ? null : (
        <section aria-labelledby="skipped-title">
          <h2 id="skipped-title">Skipped</h2>
          <ul class="groups">{skipped.map((group) => <Group key={group.reason} group={group} query={query} />)}</ul>
        </section>
      )}
      {report.cells.length === 0 ? <p class="empty">The run has no cells.</p> : null}
    </>
  );
});

/** Every kernel failure of the run by its title, also those that cost no cell its verdict; what cases expect stands apart. */
function Crashes({ report: { crashes, cells }, query }: Pick<GroupsProps, 'report' | 'query'>) {
  if (crashes.length === 0) return null;
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  return (
    <section aria-labelledby="crashes-title">
      <h2 id="crashes-title">{crashes.length === 1 ? 'One kernel crash' : `${crashes.length} distinct kernel crashes`}</h2>
      <ul class="groups">
        {crashes.map(({ title, source, count, cells: hit, expectedIn }) => {
          const isExpected = hit.every((id) => expectedIn?.includes(id) === true);
          return (
            <li key={title} class={`group ${isExpected ? 'skip' : 'crash'}`}>
              <p class="reason"><span class="mark" aria-hidden="true">{symbols.crash}</span> <strong>{isExpected ? 'expected' : 'crash'}</strong> {title} <span class="detail">{source === undefined ? '' : `${source}, `}{count === 1 ? 'once' : `${count} times`}</span></p>
              <p class="places"><Places cells={hit.flatMap((id) => byId.get(id) ?? [])} query={query} /></p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Group({ group: { kind, reason, cells }, query }: { readonly group: CellGroup; readonly query: string }) {
  const history = commonHistory(cells);
  return (
    <li class={`group ${kind}`}>
      <p class="reason"><span class="mark" aria-hidden="true">{symbols[kind]}</span> <strong>{kind}</strong> {cells.length === 1 ? cellReason(cells[0]) : reason} {history === undefined ? null : <span class="detail">{history}</span>}</p>
      <p class="places"><Places cells={cells} query={query} /></p>
    </li>
  );
}

const placesShown = 24;

/** Links to cells, as many as a reader takes in. */
export function Places({ cells, query }: { readonly cells: readonly CellResult[]; readonly query: string }) {
  const more = cells.length - placesShown;
  return (
    <>
      {cells.slice(0, placesShown).map((cell) => (
        <a key={cell.id} class={`place ${outlookOf(cell)}`} href={formatRoute({ cell: cell.id, query })}>{cell.id}</a>
      ))}
      {more > 0 ? <span class="more">and {more} more</span> : null}
    </>
  );
}
