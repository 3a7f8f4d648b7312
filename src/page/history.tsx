// What earlier runs say of a cell: in words, and as a row of how they ended.
import type { CellHistory } from '../model/history.ts';
import type { CellResult } from '../model/report.ts';
import { historyWords } from '../report/history-words.ts';
import type { Outlook } from '../report/summarize.ts';
import { symbols } from './look.ts';

export function History({ cell }: { readonly cell: CellResult }) {
  const { history } = cell;
  if (history === undefined) return null;
  return (
    <p class="history">
      {historyWords(cell) ?? `passed in all of ${history.runs} remembered runs`}
      {history.ends === undefined ? null : <Ends ends={history.ends} />}
    </p>
  );
}

/** The oldest first. Told in one sentence to who cannot see it. */
function Ends({ ends }: { readonly ends: NonNullable<CellHistory['ends']> }) {
  const looks = ends.map((end) => ({ run: end.run, look: lookOf(end) }));
  return (
    <span class="ends" role="img" aria-label={`the last ${ends.length} runs, the oldest first: ${looks.map(({ look }) => look).join(', ')}`}>
      {looks.map(({ run, look }) => <span key={run} class={`mark ${look}`} title={`${look} in run ${run}`}>{symbols[look]}</span>)}
    </span>
  );
}

/** As that run showed the cell. */
const lookOf = ({ verdict, known, wavered }: NonNullable<CellHistory['ends']>[number]): Outlook => (known === true ? 'known' : verdict === 'pass' && wavered === true ? 'flaky' : verdict);
