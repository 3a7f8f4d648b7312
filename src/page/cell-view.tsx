// Everything about one cell: why its verdict is what it is, how to repeat it, its attempts, results and console.
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { formatDuration, formatSize } from '../model/format.ts';
import type { Attempt, CellResult } from '../model/report.ts';
import { verdictReason } from '../model/verdict.ts';
import { decisiveAttempt } from '../report/attempts.ts';
import { phaseWords } from '../report/profile.ts';
import { roundDetails, roundWords } from '../report/round-words.ts';
import { outlookOf } from '../report/summarize.ts';
import { Console } from './console-view.tsx';
import { History } from './history.tsx';
import { foldsOf, markedLines } from './landmarks.ts';
import { symbols } from './look.ts';
import { Results } from './results.tsx';
import type { Route } from './address.ts';

interface CellViewProps {
  readonly cell: CellResult;
  readonly route: Route;
  readonly onRoute: (change: Partial<Route>) => void;
}

export function CellView({ cell, route, onRoute }: CellViewProps) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus({ preventScroll: true }), [cell.id]);
  const attempt = cell.attempts.find(({ number }) => number === route.attempt) ?? decisiveAttempt(cell);
  const look = outlookOf(cell);
  return (
    <aside class="cell-view" aria-labelledby="cell-title">
      <header>
        <h2 id="cell-title" tabIndex={-1} ref={title}><span class={`mark ${look}`} aria-hidden="true">{symbols[look]}</span> {cell.id}</h2>
        <button type="button" class="close" aria-label="close" title="Esc" onClick={() => onRoute({ cell: undefined, attempt: undefined, line: undefined })}>×</button>
      </header>
      <p class="cell-summary">{cell.summary}</p>
      <History cell={cell} />
      <Attempts cell={cell} shown={attempt} onAttempt={(number) => onRoute({ attempt: number, line: undefined })} />
      <AttemptView key={`${cell.id} ${attempt.number}`} cell={cell} attempt={attempt} line={route.line} onLine={(line) => onRoute({ attempt: attempt.number, line })} />
    </aside>
  );
}

interface AttemptsProps {
  readonly cell: CellResult;
  readonly shown: Attempt;
  readonly onAttempt: (number: number) => void;
}

/** One button for each attempt; of many rounds for those that left something. */
function Attempts({ cell: { attempts, rounds }, shown, onAttempt }: AttemptsProps) {
  const listed = attempts.filter((attempt) => attempt.trimmed !== true || attempt === shown);
  const others = attempts.length - listed.length;
  const word = rounds === undefined ? 'attempt' : 'round';
  return (
    <>
      {rounds === undefined ? null : <p class="rounds"><strong>{roundWords({ rounds })}</strong>, {roundDetails(rounds)}</p>}
      {attempts.length === 1 ? null : (
        <nav class="attempts" aria-label={`${word}s`}>
          {listed.map((attempt) => {
            const look = outlookOf({ ...attempt, flaky: false });
            return (
              <button key={attempt.number} type="button" class={`chip ${look}`} aria-pressed={attempt === shown} onClick={() => onAttempt(attempt.number)}>
                <span aria-hidden="true">{symbols[look]}</span> {word} {attempt.number}
              </button>
            );
          })}
          {others === 0 ? null : <span class="more">and {others} that left only their verdict</span>}
        </nav>
      )}
    </>
  );
}

interface AttemptViewProps {
  readonly cell: CellResult;
  readonly attempt: Attempt;
  readonly line: number | undefined;
  readonly onLine: (line: number) => void;
}

function AttemptView({ cell, attempt, line, onLine }: AttemptViewProps) {
  const { verdict, results, console: path, qemuCmd } = attempt;
  const reason = verdictReason(verdict);
  const marked = useMemo(() => markedLines(attempt), [attempt]);
  const folds = useMemo(() => foldsOf(attempt), [attempt]);
  return (
    <>
      <p class={`verdict ${verdict.kind}`}><strong>{verdict.kind}</strong> {reason}</p>
      {attempt.known === undefined ? null : <p class="hint">Known to fail, and does not count: {attempt.known.reason}{attempt.known.link === undefined ? null : <> (<a href={attempt.known.link}>{attempt.known.link}</a>)</>}</p>}
      {attempt.cached === undefined ? null : <p class="hint">Not run: nothing of this cell has changed since it passed in run {attempt.cached.run}, on <time dateTime={attempt.cached.at}>{new Date(attempt.cached.at).toLocaleString()}</time>. What is shown is of that run.</p>}
      {verdict.kind === 'error' && verdict.hint !== undefined ? <p class="hint">→ {verdict.hint}</p> : null}
      <Repeat command={cell.repeat} />
      {attempt.trimmed === true ? <p class="hint">Of this round only the verdict was kept, and its times.</p> : null}
      <Facts cell={cell} attempt={attempt} />
      {results.length === 0 ? null : <section aria-labelledby="results-title"><h3 id="results-title">Results</h3><Results results={results} onLine={onLine} /></section>}
      {path === undefined ? null : (
        <section aria-labelledby="console-title">
          <h3 id="console-title">Console</h3>
          <Console path={path} times={attempt.times} marked={marked} line={line} folds={folds} onLine={onLine} />
        </section>
      )}
      {qemuCmd === undefined ? null : <p class="file">By hand: <a href={qemuCmd}>{qemuCmd}</a></p>}
    </>
  );
}

function Repeat({ command }: { readonly command: string }) {
  const copy = async (button: HTMLButtonElement): Promise<void> => {
    await navigator.clipboard.writeText(command);
    button.textContent = 'copied';
    setTimeout(() => (button.textContent = 'copy'), 1500);
  };
  return (
    <p class="repeat">
      <span class="visually-hidden">repeat with</span> <code>{command}</code> <button type="button" onClick={({ currentTarget }) => void copy(currentTarget)}>copy</button>
    </p>
  );
}

function startWords({ boot, warm }: Attempt): string | undefined {
  if (warm !== undefined) return `both ways: cold in ${formatDuration(boot?.durationMs ?? 0)}, warm in ${formatDuration(warm.durationMs)}`;
  return boot?.restored && `warm, after ${formatDuration(boot.restored.afterMs)}; the boot it was spared took ${formatDuration(boot.restored.bootMs)}`;
}

function Facts({ cell, attempt }: { readonly cell: CellResult; readonly attempt: Attempt }) {
  const { kernel, image, accel, boot, prepareMs, artifacts, hang, resultsLog, usage } = attempt;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['kernel', kernel && `${kernel.release}, ${kernel.origin}`],
    ['image', image && `${formatSize(image.bytes)}, ${image.digest.slice(0, 19)}`],
    ['accelerator', accel],
    ['started', startWords(attempt)],
    ['user space after', boot?.userspaceMs === undefined ? undefined : formatDuration(boot.userspaceMs)],
    ['in all', boot === undefined && attempt.trimmed !== true ? undefined : formatDuration(boot?.durationMs ?? attempt.durationMs)],
    ['time went to', attempt.phases && phaseWords(attempt.phases).join(', ')],
    ['made ready in', prepareMs === 0 ? undefined : formatDuration(prepareMs)],
    ['took', usage && `${formatDuration(usage.cpuMs)} of CPU, ${formatSize(usage.peakMemoryBytes)}`],
    ['hung in', hang?.where ?? hang?.cause],
    ['labels', cell.labels.length === 0 ? undefined : cell.labels.join(', ')],
  ];
  const known = facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined);
  return (
    <>
      <dl class="facts">{known.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      {resultsLog === undefined ? null : <p class="file">Results as they came over their port: <a href={resultsLog}>{resultsLog}</a></p>}
      {hang === undefined ? null : <p class="file">What the guest answered before it was ended: <a href={hang.log}>{hang.log}</a>{hang.screen === undefined ? null : <>, <a href={hang.screen}>its screen</a></>}</p>}
      {artifacts === undefined ? null : (
        <details class="artifacts">
          <summary>{artifacts.files.length === 1 ? '1 file' : `${artifacts.files.length} files`} from the guest</summary>
          <ul>{artifacts.files.map(({ path, bytes }) => <li key={path}><a href={`${artifacts.folder}/${path}`.split('/').map(encodeURIComponent).join('/')}>{path}</a> {formatSize(bytes)}</li>)}</ul>
        </details>
      )}
    </>
  );
}
