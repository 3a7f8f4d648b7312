// A run as TAP 14 (https://testanything.org/tap-version-14-specification.html): one test point for each cell, its
// results as a subtest before it, YAML diagnostics for what is not plain.
import type { CellResult, RunReport } from '../model/report.ts';
import { knownText } from '../model/known-text.ts';
import { verdictReason } from '../model/verdict.ts';
import { otherConsoles, shownAttempt } from './attempts.ts';
import { crashHeadline, crashLine, listedCrashes } from './crashes.ts';
import { crashesOfCell, factsOf } from './facts.ts';
import { pointsOf, type Point } from './points.ts';
import { cellReason } from './round-words.ts';
import { clip, safeLine } from './text.ts';

const lineLimit = 1000;

/** `version` 13 is for old readers that refuse what they do not know; subtests are comments to them. */
export function renderTap(report: RunReport, version: 13 | 14 = 14): string {
  const plan = report.cells.length === 0 ? '1..0 # SKIP no cells' : `1..${report.cells.length}`;
  const cells = report.cells.flatMap((cell, index) => cellLines(cell, index + 1));
  return `${[`TAP version ${version}`, plan, ...cells, ...crashComments(report)].join('\n')}\n`;
}

/** Comments at the end, which say what no single cell can. */
function crashComments(report: RunReport): readonly string[] {
  const listed = listedCrashes(report);
  if (listed.length === 0) return [];
  return [crashHeadline(listed), ...listed.map((one) => `${crashLine(one)}: ${one.cells.join(', ')}`)].map((line) => `# ${clip(line, lineLimit)}`);
}

function cellLines(cell: CellResult, number: number): readonly string[] {
  const { kind } = cell.verdict;
  const ok = kind === 'pass' || kind === 'skip';
  // TODO is TAP's only word for a failure that does not count.
  const directive = kind === 'skip' ? ` # SKIP ${description(verdictReason(cell.verdict))}` : cell.known === undefined ? '' : ` # TODO known: ${description(knownText(cell.known))}`;
  return [
    ...subtest(cell.id, pointsOf(cell)),
    `${ok ? 'ok' : 'not ok'} ${number} - ${description(cell.id)}${directive.trimEnd()}`,
    ...(kind === 'skip' ? [] : diagnostics(cellDiagnostics(cell))),
  ];
}

function subtest(name: string, points: readonly Point[]): readonly string[] {
  if (points.length === 0) return [];
  const inner = [`1..${points.length}`, ...points.flatMap((point, index) => pointLines(point, index + 1))];
  return [`# Subtest: ${description(name)}`, ...inner.map((line) => `    ${line}`)];
}

function pointLines(point: Point, number: number): readonly string[] {
  const fail = point.outcome === 'fail';
  return [
    ...subtest(point.name, point.children),
    `${point.outcome === 'pass' || point.outcome === 'skip' ? 'ok' : 'not ok'} ${number} - ${description(point.name)}${pointDirective(point)}`,
    ...(fail ? diagnostics([['message', point.detail === '' ? 'not ok' : point.detail], ...(point.line === 0 ? [] : [['line', point.line] as const])]) : []),
  ];
}

function pointDirective({ outcome, detail }: Point): string {
  switch (outcome) {
    case 'pass': case 'fail': return '';
    case 'skip': return ` # SKIP ${description(detail)}`.trimEnd();
    case 'xfail': return ` # TODO failed as expected${detail === '' ? '' : `: ${description(detail)}`}`;
    case 'known': return ` # TODO known${detail === '' ? '' : `: ${description(detail)}`}`;
    case 'uncounted': return ` # TODO does not count${detail === '' ? '' : `: ${description(detail)}`}`;
  }
}

type Diagnostic = readonly [name: string, value: string | number | readonly string[]];

function cellDiagnostics(cell: CellResult): readonly Diagnostic[] {
  const { verdict } = cell;
  if (verdict.kind === 'pass' && !cell.flaky) return [['duration_ms', Math.round(cell.durationMs)], ...factsOf(cell).filter(([name]) => ['accel', 'start', 'kernel.release', 'history', 'cached', 'cached.at'].includes(name) || name.startsWith('rounds'))];
  const reason = cellReason(cell);
  const others = otherConsoles(cell);
  const crashes = crashesOfCell(cell);
  const excerpt = shownAttempt(cell).excerpt.map(({ number, text }) => `${number}: ${text}`);
  return [
    ['verdict', cell.flaky ? 'flaky' : verdict.kind],
    ...(reason === '' ? [] : [['message', reason] as const]),
    ...(verdict.kind === 'error' ? [['stage', verdict.stage] as const, ...(verdict.hint === undefined ? [] : [['hint', verdict.hint] as const])] : []),
    ['duration_ms', Math.round(cell.durationMs)],
    ...factsOf(cell),
    ...(others.length === 0 ? [] : [[cell.rounds === undefined ? 'earlier' : 'others', others] as const]),
    ...(crashes.length === 0 ? [] : [['crashes', crashes] as const]),
    ...(excerpt.length === 0 ? [] : [['excerpt', excerpt] as const]),
  ];
}

/**
 * JSON strings are YAML: nothing a guest prints can end the block or mean something in it. Lists are literal blocks, for
 * prove takes list items with a colon for something else; their lines begin with a word, so none can look indented.
 */
function diagnostics(items: readonly Diagnostic[]): readonly string[] {
  const body = items.flatMap(([name, value]) => {
    if (typeof value === 'number') return [`${name}: ${value}`];
    if (typeof value === 'string') return [`${name}: ${quoted(value)}`];
    return [`${name}: |`, ...value.map((line) => `  ${clip(safeLine(line), lineLimit)}`)];
  });
  return ['---', ...body, '...'].map((line) => `  ${line}`);
}

const quoted = (text: string): string => JSON.stringify(clip(safeLine(text), lineLimit));

/** After a final `{` readers expect the subtest's lines, after `#` a directive. */
const description = (text: string): string => escapeTap(clip(safeLine(text), lineLimit).replace(/\{$/, '\\x7b'));

const escapeTap = (text: string): string => text.replace(/[\\#]/g, '\\$&');
