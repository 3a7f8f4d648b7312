// The results of a cell as the guest nested them; what failed is open, what passed can be opened.
import { formatDuration } from '../model/format.ts';
import type { TestResult } from '../model/console.ts';
import { resultLooks } from './look.ts';

interface ResultsProps {
  readonly results: readonly TestResult[];
  readonly onLine: (line: number) => void;
}

export function Results({ results, onLine }: ResultsProps) {
  return (
    <ul class="results">
      {results.map((result, index) => (
        <li key={index}>
          {result.children.length === 0 ? <Headline result={result} onLine={onLine} /> : (
            <details open={isTroubled(result)}>
              <summary><Headline result={result} /></summary>
              {result.line === 0 ? null : <button type="button" class="to-line own-line" onClick={() => onLine(result.line)}>line {result.line}</button>}
              <Results results={result.children} onLine={onLine} />
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}

const isTroubled = ({ status, children }: TestResult): boolean => status === 'fail' || status === 'missing' || children.some(isTroubled);

/** With `onLine` the name leads to its line; a summary must hold nothing else that can be pressed. */
function Headline({ result, onLine }: { readonly result: TestResult; readonly onLine?: (line: number) => void }) {
  const { symbol, outlook, word } = resultLooks[result.status];
  const name = result.name.trim() === '' ? '(no name)' : result.name;
  return (
    <span class={`result ${outlook}`}>
      <span class="mark" aria-hidden="true">{symbol}</span> <span class="visually-hidden">{word}</span>{' '}
      {result.line === 0 || onLine === undefined ? name : <button type="button" class="to-line" title={`line ${result.line} of the console`} onClick={() => onLine(result.line)}>{name}</button>}
      {result.repaired === true ? <span class="note" title="the kernel had printed into the line; it was put together again">repaired</span> : null}
      {result.durationMs === undefined ? null : <span class="detail">{formatDuration(result.durationMs)}</span>}
      {result.detail === undefined ? null : <span class="detail">{result.detail}</span>}
    </span>
  );
}
