// A run as JUnit XML means it: one suite for each cell, one testcase for each result, and one for the cell itself
// where results do not tell its verdict. `failure` is the guest's, `error` is ours, as JUnit has it.
// Plain data; reporters/junit.ts makes XML of it.
import type { Attempt, CellResult, RunReport } from '../model/report.ts';
import { knownText } from '../model/known-text.ts';
import { formatSize } from '../model/units.ts';
import { verdictReason, type VerdictKind } from '../model/verdict.ts';
import { attemptLine, decisiveAttempt, otherAttempts, otherFailures, shownAttempt } from './attempts.ts';
import { crashesOfCell, factsOf } from './facts.ts';
import { flatPoints, pointsOf, type Point } from './points.ts';
import { cachedWords, cellReason, roundDetails, roundWords } from './round-words.ts';

export interface JunitSuite {
  readonly name: string;
  readonly timestamp: string;
  readonly seconds: number;
  readonly properties: readonly (readonly [string, string])[];
  readonly cases: readonly JunitCase[];
}

export interface JunitCase {
  readonly name: string;
  readonly classname: string;
  readonly seconds: number;
  readonly outcome?: JunitOutcome;
  /** Surefire's elements for attempts that do not count. */
  readonly reruns: readonly JunitRerun[];
  readonly output: string;
}

interface JunitOutcome {
  readonly tag: 'failure' | 'error' | 'skipped';
  readonly type: string;
  readonly message: string;
  readonly text: string;
}

interface JunitRerun extends Omit<JunitOutcome, 'tag'> {
  /** Where its evidence lies, and the lines that show it. */
  readonly output: string;
  readonly tag: 'flakyFailure' | 'flakyError' | 'rerunFailure' | 'rerunError';
}

export const junitSuites = (report: RunReport): readonly JunitSuite[] => report.cells.map((cell) => suiteOf(cell, report.startedAt));

function suiteOf(cell: CellResult, timestamp: string): JunitSuite {
  const points = flatPoints(pointsOf(cell));
  const ownCase = isExplained(cell, points) ? [] : [caseOfCell(cell)];
  const cases = [...ownCase, ...points.map((point) => caseOfPoint(cell, point))];
  // Where a reader looks for it: at what went wrong.
  const speaker = cases.find(({ outcome }) => outcome !== undefined && outcome.tag !== 'skipped') ?? cases[0];
  // Results carry no times: equal shares keep the sums true that readers make.
  const seconds = cell.durationMs / 1000 / cases.length;
  return {
    name: cell.id,
    timestamp,
    seconds: cell.durationMs / 1000,
    properties: [['summary', cell.summary], ['verdict', cell.verdict.kind], ...factsOf(cell), ...crashesOfCell(cell).map((crash) => ['crash', crash] as const)],
    cases: cases.map((each) => ({ ...each, seconds, output: each === speaker ? outputOf(cell) : '' })),
  };
}

/** The results alone say what the verdict says. */
function isExplained(cell: CellResult, points: readonly Point[]): boolean {
  if (cell.attempts.length > 1 || cell.rounds !== undefined) return false;
  const { kind } = cell.verdict;
  return (kind === 'pass' || kind === 'fail') && points.some(({ outcome }) => outcome === kind);
}

function caseOfCell(cell: CellResult): JunitCase {
  const { kind } = cell.verdict;
  // JUnit has no word for a failure that does not count; `skipped` is the one that turns nobody's build red.
  const tag = cell.known === undefined ? junitTag(kind) : 'skipped';
  const message = cell.known === undefined ? cellReason(cell) : `known: ${knownText(cell.known)}: ${kind}: ${cellReason(cell)}`;
  const text = [cellReason(cell), ...hintOf(cell), ...otherAttempts(cell), `repeat: ${cell.repeat}`].join('\n');
  return {
    ...blankCase(cell, cell.case),
    ...(tag === undefined ? {} : { outcome: { tag, type: kind, message, text } }),
    // The rounds of a cell are no tries to make it pass.
    reruns: cell.rounds !== undefined ? [] : otherFailures(cell).map((attempt) => rerunOf(cell, attempt)),
  };
}

function caseOfPoint(cell: CellResult, point: Point): JunitCase {
  return { ...blankCase(cell, point.name), ...outcomeOfPoint(cell, point) };
}

function outcomeOfPoint(cell: CellResult, { outcome, detail, line }: Point): Pick<JunitCase, 'outcome'> {
  switch (outcome) {
    case 'pass': return {};
    case 'fail': return { outcome: { tag: 'failure', type: 'fail', message: detail === '' ? 'not ok' : detail, text: `${detail === '' ? 'not ok' : detail}${line === 0 ? '' : `\nconsole line ${line}`}\nrepeat: ${cell.repeat}` } };
    case 'skip': return { outcome: { tag: 'skipped', type: 'skip', message: detail, text: '' } };
    case 'xfail': return { outcome: { tag: 'skipped', type: 'xfail', message: `failed as expected${detail === '' ? '' : `: ${detail}`}`, text: '' } };
    case 'known': return { outcome: { tag: 'skipped', type: 'known', message: `known to fail${detail === '' ? '' : `: ${detail}`}`, text: '' } };
    case 'uncounted': return { outcome: { tag: 'skipped', type: 'uncounted', message: `did not pass, but does not count${detail === '' ? '' : `: ${detail}`}`, text: '' } };
  }
}

/** Kernel crash and timeout are what the tested system did: failures. Only our own side is an error. */
function junitTag(kind: VerdictKind): JunitOutcome['tag'] | undefined {
  switch (kind) {
    case 'pass': return undefined;
    case 'fail': case 'crash': case 'timeout': return 'failure';
    case 'error': return 'error';
    case 'skip': return 'skipped';
  }
}

function rerunOf(cell: CellResult, attempt: Attempt): JunitRerun {
  const { verdict } = attempt;
  const part = verdict.kind === 'error' ? 'Error' : 'Failure';
  return { tag: cell.flaky ? `flaky${part}` : `rerun${part}`, type: verdict.kind, message: verdictReason(verdict), text: attemptLine(attempt, cell), output: evidenceOf(attempt).join('\n') };
}

const hintOf = ({ verdict }: CellResult): readonly string[] => (verdict.kind === 'error' && verdict.hint !== undefined ? [verdict.hint] : []);

const blankCase = (cell: CellResult, name: string): JunitCase => ({ name, classname: [cell.case, cell.kernel, cell.arch, ...(cell.medium === undefined ? [] : [cell.medium])].join('.'), seconds: 0, reruns: [], output: '' });

const filesShown = 50;

/** The excerpt only: the whole console lies in the run folder, and so does what the guest gave us. */
function outputOf(cell: CellResult): string {
  const flaky = cell.flaky ? [`flaky: passed at attempt ${cell.attempts.length}`, ...otherAttempts(cell)] : [];
  const cached = cachedWords(cell);
  const rounds = cell.rounds === undefined ? [] : [`${roundWords(cell) ?? ''}, ${roundDetails(cell.rounds)}`];
  const artifacts = artifactsOf(decisiveAttempt(cell));
  return [...flaky, ...(cached === undefined ? [] : [`cached: ${cached}`]), ...rounds, ...excerptOf(shownAttempt(cell)), ...artifacts].join('\n');
}

/** What is left of an attempt that does not count. */
function evidenceOf(attempt: Attempt): readonly string[] {
  return [...(attempt.console === undefined ? [] : [`console: ${attempt.console}`]), ...excerptOf(attempt), ...artifactsOf(attempt)];
}

const excerptOf = ({ excerpt }: Attempt): readonly string[] => excerpt.map(({ number, text }) => `${number}: ${text}`);

const artifactsOf = ({ artifacts }: Attempt): readonly string[] =>
  (artifacts?.files ?? []).slice(0, filesShown).map(({ path, bytes }) => `artifact: ${artifacts?.folder ?? ''}/${path} (${formatSize(bytes)})`);
