// What one line of pytest's terminal report says: with -v a line for each test, the short summary (-rA), the last line.
// https://docs.pytest.org/en/stable/how-to/output.html

export type PytestWord = 'PASSED' | 'FAILED' | 'ERROR' | 'SKIPPED' | 'XFAIL' | 'XPASS';

export type PytestLine =
  | { readonly kind: 'session' }
  /** How many tests are to run. */
  | { readonly kind: 'collected'; readonly count: number }
  | { readonly kind: 'begun'; readonly id: string }
  /** `id` is undefined where a test's own output came between. */
  | { readonly kind: 'end'; readonly id: string | undefined; readonly word: PytestWord; readonly detail: string | undefined }
  /** It will run once more. */
  | { readonly kind: 'rerun'; readonly id: string }
  | { readonly kind: 'heading'; readonly summary: boolean }
  | { readonly kind: 'listed'; readonly word: PytestWord; readonly id: string; readonly count: number; readonly detail: string | undefined }
  | { readonly kind: 'duration'; readonly id: string; readonly durationMs: number }
  | { readonly kind: 'stopped'; readonly why: string }
  | { readonly kind: 'last'; readonly counts: Readonly<Record<PytestWord, number>> };

const words = 'PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS';
const anyWord = new RegExp(words);
const percent = '(?: +\\[ *\\d{1,3}%\\])?';
/** A file, then names; parameters in brackets may hold anything. */
const node = '\\S+\\.py::[^\\s\\[]+(?:\\[.{0,300}\\])?';
const verbose = new RegExp(`^(${node}) (${words}|RERUN)(?: \\((.*)\\))?${percent}$`);
const begun = new RegExp(`^(${node})(?: |$)`);
const ended = new RegExp(`(${words})(?: \\((.*)\\))?( +\\[ *\\d{1,3}%\\])?$`);
const worker = new RegExp(`^\\[gw\\d+\\](?: +\\[ *\\d{1,3}%\\])? (${words}|RERUN) (${node})$`);
const listed = new RegExp(`^(${words}) (?:\\[(\\d{1,6})\\] )?(\\S.*?)(?: - (.*))?$`);
const duration = new RegExp(`^(\\d+\\.\\d+)s (?:call|setup|teardown) +(${node})$`);
const last = /^=* ?((?:\d+ \w+(?:, )?)+|no tests ran) in \d+\.\d+s(?: \([\d:, a-z]+\))? ?=*$/;
const wordOfCount: Readonly<Record<string, PytestWord>> = { passed: 'PASSED', failed: 'FAILED', error: 'ERROR', errors: 'ERROR', skipped: 'SKIPPED', xfailed: 'XFAIL', xpassed: 'XPASS' };

/** For what the expressions above matched. */
const isWord = (text: string | undefined): text is PytestWord => text !== undefined && text !== 'RERUN';

/** Reads one line without blanks around it; undefined where it is none of pytest's. */
export function parsePytestLine(text: string): PytestLine | undefined {
  if (text.length > 3000) return undefined;
  const first = text.charAt(0);
  if (first === '=' || /^\d/.test(text)) return parseFrame(text);
  if (first === '!') {
    const why = /^!{3,} (.+?) !{3,}$/.exec(text)?.[1];
    return why === undefined ? undefined : { kind: 'stopped', why };
  }
  if (text.startsWith('collect')) return parseCollected(text);
  return parseTest(text);
}

function parseFrame(text: string): PytestLine | undefined {
  const told = last.exec(text);
  if (told !== null) {
    const counts: Record<PytestWord, number> = { PASSED: 0, FAILED: 0, ERROR: 0, SKIPPED: 0, XFAIL: 0, XPASS: 0 };
    for (const [, count, name = ''] of (told[1] ?? '').matchAll(/(\d+) (\w+)/g)) {
      const word = wordOfCount[name];
      if (word !== undefined) counts[word] = Number(count);
    }
    return { kind: 'last', counts };
  }
  if (/^=+ test session starts =+$/.test(text)) return { kind: 'session' };
  if (/^=+ .+ =+$/.test(text)) return { kind: 'heading', summary: /^=+ short test summary info =+$/.test(text) };
  const took = duration.exec(text);
  return took === null ? undefined : { kind: 'duration', id: took[2] ?? '', durationMs: Math.round(Number(took[1]) * 1000) };
}

/** `collected 5 items / 1 error / 2 deselected / 2 selected`. */
function parseCollected(text: string): PytestLine | undefined {
  const match = /^(?:collecting \.\.\. )?collected (\d{1,9}) items?((?: \/ \d+ \w+)*)$/.exec(text);
  if (match === null) return undefined;
  const number = (word: string): number | undefined => {
    const count = new RegExp(`/ (\\d+) ${word}`).exec(match[2] ?? '')?.[1];
    return count === undefined ? undefined : Number(count);
  };
  return { kind: 'collected', count: number('selected') ?? Number(match[1]) - (number('deselected') ?? 0) };
}

function parseTest(text: string): PytestLine | undefined {
  return (text.includes('.py::') ? parseNode(text) : undefined) ?? (anyWord.test(text) ? parseWord(text) : undefined);
}

function parseNode(text: string): PytestLine | undefined {
  const one = verbose.exec(text);
  if (one !== null) return isWord(one[2]) ? { kind: 'end', id: one[1] ?? '', word: one[2], detail: one[3] } : { kind: 'rerun', id: one[1] ?? '' };
  const remote = worker.exec(text);
  if (remote !== null) return isWord(remote[1]) ? { kind: 'end', id: remote[2] ?? '', word: remote[1], detail: undefined } : { kind: 'rerun', id: remote[2] ?? '' };
  const begins = begun.exec(text);
  return begins === null ? undefined : { kind: 'begun', id: begins[1] ?? '' };
}

function parseWord(text: string): PytestLine | undefined {
  const line = listed.exec(text);
  if (line !== null && isWord(line[1]) && !/^\[ *\d+%\]$/.test(line[3] ?? '')) return { kind: 'listed', word: line[1], id: line[3] ?? '', count: Number(line[2] ?? 1), detail: line[4] };
  const end = ended.exec(text.slice(-1000));
  // Behind a test's own output: alone in its line, or with the share of tests that are done.
  if (end !== null && isWord(end[1]) && (end.index === 0 || end[3] !== undefined)) return { kind: 'end', id: undefined, word: end[1], detail: end[2] };
  return undefined;
}
