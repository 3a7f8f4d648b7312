// The head of the page: which run this is, and how its cells ended; each word switches the search to its cells.
import { memo } from 'preact/compat';
import type { RunReport } from '../model/report.ts';
import { formatDuration } from '../model/format.ts';
import { costWords } from '../report/cost.ts';
import { historyTotals } from '../report/history-words.ts';
import { planWords, roundsRun } from '../report/round-words.ts';
import { outlookOf, outlooks, type Outlook } from '../report/summarize.ts';
import { meanings, symbols } from './look.ts';
import { isChosen, toggleVerdict } from './search.ts';

interface SummaryProps {
  readonly report: RunReport;
  readonly query: string;
  readonly onQuery: (query: string) => void;
}

export const Summary = memo(({ report, query, onQuery }: SummaryProps) => {
  const counts = new Map<Outlook, number>();
  for (const cell of report.cells) counts.set(outlookOf(cell), (counts.get(outlookOf(cell)) ?? 0) + 1);
  const { host, startedAt, durationMs, command, id, interrupted } = report;
  const history = historyTotals(report.cells);
  const cost = costWords(report);
  const accels = [...new Set(report.cells.flatMap(({ attempts }) => attempts.flatMap(({ accel }) => accel ?? [])))];
  return (
    <header class="summary">
      <h1>
        kit-test <span class="run-id">{id}</span>
      </h1>
      <p class="facts">
        {report.cells.length} cells in {formatDuration(durationMs)} · <time dateTime={startedAt}>{new Date(startedAt).toLocaleString()}</time> · {host.cpus} CPUs, {host.os} {host.arch}
        {accels.length === 0 ? '' : ` · ${accels.join(', ')}`}
        {cost === undefined ? '' : ` · took ${cost}`}
        {report.rounds === undefined ? '' : ` · ${roundsRun(report.cells)} rounds; asked for ${planWords(report.rounds)}`}
      </p>
      <p class="command">
        <code>{command.join(' ')}</code>
      </p>
      {history === undefined ? null : <p class="facts">Against earlier runs: {history}</p>}
      {interrupted ? <p class="notice">The run was interrupted: this is what was known by then.</p> : null}
      <ul class="tally" aria-label="verdicts">
        {outlooks.filter((word) => counts.has(word)).map((word) => (
          <li key={word}>
            <button type="button" class={`chip ${word}`} aria-pressed={isChosen(query, word)} title={meanings[word]} onClick={() => onQuery(toggleVerdict(query, word))}>
              <span aria-hidden="true">{symbols[word]}</span> {counts.get(word)} {word}
            </button>
          </li>
        ))}
      </ul>
      {report.notices.length === 0 ? null : (
        <details class="notices">
          <summary>{report.notices.length === 1 ? '1 notice' : `${report.notices.length} notices`}</summary>
          <ul>{report.notices.map((notice) => <li key={notice}>{notice}</li>)}</ul>
        </details>
      )}
    </header>
  );
});
