// pytest: file › class › test. What was collected and never ended is missing, and so is a session without its last line;
// that line's counts are compared with the tests that were seen.
import type { TestResult, TestStatus } from '../../model/console.ts';
import { childrenOf, keepResult, noneKept } from '../budget.ts';
import type { Budget, Kept } from '../budget.ts';
import { ownText } from '../clean.ts';
import { isBad, rollUp } from '../leaves.ts';
import { parsePytestLine } from './pytest-lines.ts';
import type { PytestLine, PytestWord } from './pytest-lines.ts';
import { createProblems } from './suite.ts';
import type { Suite, SuiteReader } from './suite.ts';

/** Tests of a console that are kept apart. */
const testLimit = 50_000;

interface Test {
  readonly path: readonly string[];
  line: number;
  word: PytestWord | undefined;
  detail: string | undefined;
  durationMs: number | undefined;
  repaired: boolean;
  /** It is listed as so many. */
  count?: number;
}

interface Session {
  readonly line: number;
  readonly tests: Map<string, Test>;
  /** Ends of tests as they were told, one by one. */
  readonly told: Record<PytestWord, number>;
  planned: number | undefined;
  counts: Readonly<Record<PytestWord, number>> | undefined;
  current: string | undefined;
  summary: boolean;
  /** No end was told with its test's name: the run was not verbose. */
  verbose: boolean;
}

const statusOf: Readonly<Record<PytestWord, TestStatus>> = { PASSED: 'pass', FAILED: 'fail', ERROR: 'fail', SKIPPED: 'skip', XFAIL: 'xfail', XPASS: 'pass' };
const nameOf: Readonly<Record<PytestWord, string>> = { PASSED: 'passed', FAILED: 'failed', ERROR: 'errors', SKIPPED: 'skipped', XFAIL: 'xfailed', XPASS: 'xpassed' };
const allWords: readonly PytestWord[] = ['PASSED', 'FAILED', 'ERROR', 'SKIPPED', 'XFAIL', 'XPASS'];
const zero = (): Record<PytestWord, number> => ({ PASSED: 0, FAILED: 0, ERROR: 0, SKIPPED: 0, XFAIL: 0, XPASS: 0 });

export const pytest: Suite = {
  protocol: 'pytest',
  begins: /test session starts|short test summary info|collected \d+ item|py::|py [.FEsxX]|passed[^\n]* in \d|failed[^\n]* in \d|skipped[^\n]* in \d|deselected[^\n]* in \d|errors? in \d|no tests ran in \d/,
  words: ['test session starts', 'short test summary info', 'collected ', 'py::', 'py .', 'py F', 'py E', 'py s', 'py x', 'py X', 'passed', 'failed', 'skipped', 'deselected', 'error in ', 'errors in ', 'no tests ran in '],
  readerWords: ['.py::', 'PASSED', 'FAILED', 'ERROR', 'SKIPPED', 'XFAIL', 'XPASS', '= ', '!!!', 'collected ', ...Array.from('0123456789', (digit) => ` in ${digit}`)],
  recognises: (text) => parsePytestLine(text) !== undefined,
  open: createPytestReader,
};

function createPytestReader(budget: Budget, onFailure: (line: number) => void): SuiteReader {
  const kept = noneKept();
  const problems = createProblems();
  let session: Session | undefined;
  let sessions = 0;
  let last: string | undefined;

  const sessionAt = (line: number): Session =>
    (session ??= { line, tests: new Map(), told: zero(), planned: undefined, counts: undefined, current: undefined, summary: false, verbose: false });

  function testOf(open: Session, id: string, line: number): Test | undefined {
    const known = open.tests.get(id);
    if (known !== undefined) return known;
    if (open.tests.size >= testLimit) {
      problems.add(`more than ${testLimit} tests`);
      return undefined;
    }
    const test: Test = { path: pathOf(ownText(id, 600)), line, word: undefined, detail: undefined, durationMs: undefined, repaired: false };
    open.tests.set(ownText(id, 3000), test);
    return test;
  }

  function endTest(open: Session, { id = open.current, word, detail }: Extract<PytestLine, { kind: 'end' }>, line: number, repaired: boolean): void {
    if (id === undefined) return;
    open.current = undefined;
    open.verbose = true;
    open.told[word] += 1;
    const test = testOf(open, id, line);
    if (test === undefined) return;
    last = id;
    if (statusOf[word] === 'fail') onFailure(line);
    // A test that passed and could not be torn down is told twice: what is worse counts.
    if (test.word !== undefined && statusOf[test.word] === 'fail') return;
    Object.assign(test, { word, line, repaired: test.repaired || repaired, detail: detail === undefined ? test.detail : ownText(detail) });
  }

  function listTest(open: Session, { word, id, count, detail }: Extract<PytestLine, { kind: 'listed' }>, line: number): void {
    const known = open.tests.get(id);
    if (known !== undefined) {
      if (detail !== undefined) known.detail ??= ownText(detail);
      return;
    }
    // With -v all were told before; skipped ones are listed by their place.
    if (open.verbose) return;
    open.told[word] += count;
    const test = testOf(open, id, line);
    if (test === undefined) return;
    Object.assign(test, { word, detail: detail === undefined ? undefined : ownText(detail) });
    if (count > 1) test.count = count;
    if (statusOf[word] === 'fail') onFailure(line);
  }

  /** The session is over: what is missing of it, and what its last line counted and nobody named. */
  function close(): void {
    if (session === undefined) return;
    const open = session;
    session = undefined;
    sessions += 1;
    const { counts, planned, told, tests } = open;
    const ended = [...tests.values()].filter(({ word }) => word !== undefined).length;
    keepTree([...tests.values()], budget, 0, kept);
    const add = (name: string, status: TestStatus, detail: string, count = 1): void => {
      keepResult(budget, kept, { name, status, detail, line: open.line, children: [], ...(count === 1 ? undefined : { count }) });
    };
    if (counts === undefined) {
      add('pytest', 'missing', 'its last line never came');
      return;
    }
    for (const word of allWords) {
      const rest = counts[word] - told[word];
      if (rest === 0) continue;
      if (open.verbose || rest < 0) problems.add(`its last line says ${counts[word]} ${nameOf[word]}, but ${told[word]} came`);
      else add(`${rest} ${nameOf[word]} without a name`, statusOf[word], 'pytest -v names them', rest);
    }
    if (open.verbose && planned !== undefined && ended < planned) add(`${planned - ended} of ${planned} collected tests`, 'missing', 'collected, but they never ended', planned - ended);
  }

  return {
    take(raw, line, repaired) {
      const said = parsePytestLine(raw.trim());
      switch (said?.kind) {
        case undefined: break;
        case 'session':
          close();
          sessionAt(line);
          break;
        case 'collected': sessionAt(line).planned = said.count; break;
        case 'begun': {
          const open = sessionAt(line);
          if (open.summary || open.counts !== undefined) break;
          open.current = last = said.id;
          testOf(open, said.id, line);
          break;
        }
        case 'end': endTest(sessionAt(line), said, line, repaired); break;
        case 'rerun': sessionAt(line).current = undefined; break;
        case 'heading':
          if (said.summary || session !== undefined) sessionAt(line).summary = said.summary;
          break;
        case 'listed': if (session?.summary === true) listTest(session, said, line); break;
        case 'duration': {
          const test = session?.tests.get(said.id);
          if (test !== undefined) test.durationMs = (test.durationMs ?? 0) + said.durationMs;
          break;
        }
        case 'stopped': if (session !== undefined) problems.add(ownText(said.why, 200)); break;
        case 'last':
          sessionAt(line).counts = said.counts;
          close();
          break;
      }
    },
    complete: () => sessions > 0 && session === undefined && problems.all().length === 0,
    lastTest: () => last,
    finish() {
      close();
      return { kept, problems: problems.all() };
    },
  };
}

/** `tests/test_a.py::TestC::test_y[a::b]` → file, class, test. */
function pathOf(id: string): readonly string[] {
  const bracket = id.indexOf('[');
  const names = (bracket === -1 ? id : id.slice(0, bracket)).split('::').slice(0, 10);
  return bracket === -1 ? names : [...names.slice(0, -1), `${names.at(-1) ?? ''}${id.slice(bracket)}`];
}

/** Tests of one file, and of one class, below it. */
function keepTree(tests: readonly Test[], budget: Budget, depth: number, into: Kept): void {
  const groups = new Map<string, Test[]>();
  for (const test of tests) {
    const name = test.path[depth] ?? '';
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [test]);
    else group.push(test);
  }
  for (const [name, group] of groups) {
    const own = group.find(({ path }) => path.length === depth + 1);
    const below = noneKept();
    keepTree(group.filter(({ path }) => path.length > depth + 1), budget, depth + 1, below);
    keepResult(budget, into, own === undefined ? parentOf(name, below) : resultOf(name, own, below));
  }
}

function parentOf(name: string, below: Kept): TestResult {
  const { results, unlisted } = below;
  const skipped = results.every((child) => child.status === 'skip') && Object.keys(unlisted ?? {}).every((status) => status === 'skip');
  const bad = results.some(isBad) || unlisted?.fail !== undefined || unlisted?.missing !== undefined;
  return { name, status: bad ? 'fail' : skipped ? 'skip' : 'pass', line: results[0]?.line ?? 0, ...childrenOf(below) };
}

function resultOf(name: string, test: Test, below: Kept): TestResult {
  const status = test.word === undefined ? 'missing' : statusOf[test.word];
  const word = test.word === 'ERROR' || test.word === 'XPASS' ? test.word : undefined;
  const detail = test.word === undefined ? 'it began, and its end never came' : [word, test.detail].filter((part) => part !== undefined).join(': ');
  return rollUp({
    name, status, line: test.line, ...childrenOf(below),
    ...(detail === '' ? undefined : { detail: ownText(detail, 1000) }),
    ...(test.durationMs === undefined ? undefined : { durationMs: test.durationMs }),
    ...(test.repaired ? { repaired: true } : undefined),
    ...(test.count === undefined ? undefined : { count: test.count }),
  });
}
