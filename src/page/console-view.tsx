// A console: only the lines in view are in the document, so that 50 MB scroll like 50 lines. Parts can be folded; each line
// has an address, the line that the verdict rests on is marked.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { readAnsi } from './ansi.ts';
import { readConsole } from './console-text.ts';
import { layRows, type Fold } from './folds.ts';
import { loadConsole, type LoadedConsole } from './load-console.ts';

/** Browsers lay out nothing that is higher than some ten million pixels: beyond that a pixel of the scroll bar stands for several. */
const highest = 8_000_000;
const rowHeight = 18;
const spare = 20;

interface ConsoleProps {
  /** Relative to the page. */
  readonly path: string;
  readonly times: string | undefined;
  /** Lines of the finding. */
  readonly marked: readonly [from: number, to: number] | undefined;
  readonly line: number | undefined;
  readonly folds: readonly Fold[];
  readonly onLine: (line: number) => void;
}

export function Console(props: ConsoleProps) {
  const { path, times } = props;
  const [loaded, setLoaded] = useState<LoadedConsole | Error>();
  useEffect(() => {
    let isGone = false;
    setLoaded(undefined);
    const take = (next: LoadedConsole | Error): void => {
      if (!isGone) setLoaded(next);
    };
    loadConsole(path, times).then(take, (error: unknown) => take(error instanceof Error ? error : new Error(String(error))));
    return () => {
      isGone = true;
    };
  }, [path, times]);
  if (loaded === undefined) return <p class="empty" role="status">Loading the console…</p>;
  if (loaded instanceof Error) return <p class="notice">The console cannot be shown: {loaded.message}. <a href={path}>Open the file</a></p>;
  return <Lines {...props} loaded={loaded} />;
}

function Lines({ path, loaded, marked, line, folds, onLine }: ConsoleProps & { readonly loaded: LoadedConsole }) {
  const text = useMemo(() => readConsole(loaded.bytes), [loaded]);
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const rows = useMemo(() => layRows(text.lineCount, folds.filter(({ from }) => !opened.has(from))), [text, folds, opened]);
  const view = useRef<HTMLDivElement>(null);
  const [scrolled, setScrolled] = useState({ top: 0, height: 600 });
  const [found, setFound] = useState<number>();

  const whole = rows.count * rowHeight;
  const laid = Math.min(whole, highest);
  const stretch = laid <= scrolled.height ? 1 : (whole - scrolled.height) / (laid - scrolled.height);
  const first = Math.max(0, Math.floor((scrolled.top * stretch) / rowHeight) - spare);
  const last = Math.min(rows.count, first + Math.ceil(scrolled.height / rowHeight) + 2 * spare);

  const openFoldOf = (wanted: number): void => {
    const fold = folds.find(({ from, to }) => wanted >= from && wanted <= to);
    if (fold !== undefined && !opened.has(fold.from)) setOpened(new Set([...opened, fold.from]));
  };
  const target = line ?? marked?.[0];
  const jump = found ?? target;
  useEffect(() => setFound(undefined), [line]);
  useLayoutEffect(() => {
    if (jump !== undefined) openFoldOf(jump);
  }, [jump, folds]);
  useLayoutEffect(() => {
    const element = view.current;
    if (element === null) return;
    const row = jump === undefined ? rows.count : rows.indexOf(jump);
    element.scrollTop = Math.max(0, row * rowHeight - element.clientHeight / 3) / stretch;
    setScrolled({ top: element.scrollTop, height: element.clientHeight });
  }, [text, jump, rows]);

  return (
    <div class="console">
      <Find text={text} from={jump ?? 1} onFound={setFound} />
      <div ref={view} class="lines" tabIndex={0} role="region" aria-label={`console, ${text.lineCount} lines`} onScroll={({ currentTarget }) => setScrolled({ top: currentTarget.scrollTop, height: currentTarget.clientHeight })}>
        <div class="laid" style={{ height: `${laid}px` }}>
          <div class="window" style={{ transform: `translateY(${stretch === 1 ? first * rowHeight : scrolled.top - (scrolled.top * stretch - first * rowHeight)}px)` }}>
            {Array.from({ length: Math.max(0, last - first) }, (_, index) => {
              const row = rows.row(first + index);
              if (row.kind === 'fold') return <FoldRow key={`fold ${row.fold.from}`} fold={row.fold} onOpen={() => setOpened(new Set([...opened, row.fold.from]))} />;
              const isMarked = marked !== undefined && row.line >= marked[0] && row.line <= marked[1];
              return <LineRow key={row.line} number={row.line} text={text.line(row.line)} ms={loaded.times?.[row.line - 1]} isMarked={isMarked} isTarget={row.line === (found ?? line)} onLine={onLine} />;
            })}
          </div>
        </div>
      </div>
      <p class="file"><a href={path}>{path}</a></p>
    </div>
  );
}

function FoldRow({ fold, onOpen }: { readonly fold: Fold; readonly onOpen: () => void }) {
  return <div class="row fold"><button type="button" onClick={onOpen}>▸ {fold.title}: {fold.to - fold.from + 1} lines</button></div>;
}

interface LineRowProps {
  readonly number: number;
  readonly text: string;
  readonly ms: number | undefined;
  readonly isMarked: boolean;
  readonly isTarget: boolean;
  readonly onLine: (line: number) => void;
}

function LineRow({ number, text, ms, isMarked, isTarget, onLine }: LineRowProps) {
  return (
    <div class={`row${isMarked ? ' marked' : ''}${isTarget ? ' target' : ''}`}>
      <button type="button" class="number" tabIndex={-1} title="address of this line" onClick={() => onLine(number)}>{number}</button>
      {ms === undefined ? null : <span class="at">{(ms / 1000).toFixed(3)}</span>}
      <span class="text">{readAnsi(text).map((run, index) => run.classes === '' ? run.text : <span key={index} class={run.classes}>{run.text}</span>)}</span>
    </div>
  );
}

interface FindProps {
  readonly text: ReturnType<typeof readConsole>;
  readonly from: number;
  readonly onFound: (line: number | undefined) => void;
}

/** The browser's own search sees only the lines that are in view. */
function Find({ text, from, onFound }: FindProps) {
  const [wanted, setWanted] = useState('');
  const [isMissing, setMissing] = useState(false);
  const find = (step: 1 | -1): void => {
    const line = wanted === '' ? undefined : text.find(wanted, from + step, step);
    setMissing(wanted !== '' && line === undefined);
    onFound(line);
  };
  return (
    <form class="find" role="search" aria-label="console" onSubmit={(event) => { event.preventDefault(); find(1); }}>
      <label>Find in the console <input type="search" value={wanted} onInput={({ currentTarget }) => { setWanted(currentTarget.value); setMissing(false); }} /></label>
      <button type="submit">Next</button>
      <button type="button" onClick={() => find(-1)}>Previous</button>
      <span role="status">{isMissing ? 'not found' : ''}</span>
    </form>
  );
}
