// One TAP 13 or 14 document, read by npm's tap-parser: its results with YAML diagnostics, subtests, plans, bail out and pragmas.
// The parser keeps what it was told for as long as it lives: here stands how much that may be.
// https://testanything.org/tap-version-14-specification.html
import { Parser } from 'tap-parser';
import type { FinalResults, Result } from 'tap-parser';
import type { TestResult, TestStatus } from '../../model/console.ts';
import { childrenOf, keepResult, noneKept } from '../budget.ts';
import type { Budget, Kept } from '../budget.ts';
import { ownText } from '../clean.ts';
import { isBad, rollUp } from '../leaves.ts';
import { createProblems } from './suite.ts';
import type { SuiteResults } from './suite.ts';

const resultLimit = 100_000;
const missingLimit = 50;
const depthLimit = 32;
const yamlLimit = 1000;
/** Comments and noise after one another; what follows changes nothing. */
const talkLimit = 20;
const lineLength = 2000;

const isPoint = /^(?:not )?ok\b/;
const isTap = /^[ \t]*(?:(?:not )?ok\b|\d+\.\.\d|TAP version |pragma [+-]|bail out!|#|\}|\{|---|\.\.\.)/i;

/** A level of the document. */
interface Level {
  readonly kept: Kept;
  /** Console line of the point that was read last: it is told only when the next line is read. */
  pointAt: number;
  pointRepaired: boolean;
  /** Results of the subtest that has ended and waits for its parent's point. */
  below: Kept;
  readonly seen: Set<number>;
  comments: string[];
}

export interface TapDocument {
  readonly line: number;
  take(text: string, line: number, repaired: boolean): void;
  /** All that was planned has come. */
  complete(): boolean;
  lastTest(): string | undefined;
  finish(): SuiteResults;
}

export function createTapDocument(startLine: number, budget: Budget, onFailure: (line: number) => void): TapDocument {
  const problems = createProblems();
  const parser = new Parser();
  let at = { line: startLine, repaired: false };
  let points = 0;
  let talk = 0;
  let yaml = 0;
  let strict = false;
  let over = false;
  let last: string | undefined;

  const root = watchLevel(parser, undefined);

  /** Collects what a parser of one level tells. */
  function watchLevel(level: Parser, parent: Level | undefined): Level {
    const state: Level = { kept: noneKept(), pointAt: startLine, pointRepaired: false, below: noneKept(), seen: new Set(), comments: [] };
    level.on('line', (text: string) => {
      if (isPoint.test(text)) [state.pointAt, state.pointRepaired] = [at.line, at.repaired];
    });
    level.on('comment', (text: string) => {
      const said = text.trim().replace(/^# ?/, '');
      if (!said.startsWith('Subtest')) state.comments = [...state.comments, said.slice(0, 200)].slice(-6);
    });
    level.on('assert', (result: Result) => { addResult(state, result); });
    level.on('child', (child: Parser) => { watchLevel(child, state); });
    level.on('complete', (final: FinalResults) => {
      concludeLevel(state, final);
      if (parent !== undefined) parent.below = state.kept;
    });
    if (parent === undefined) {
      level.on('bailout', (reason: unknown) => { problems.add(`Bail out! ${typeof reason === 'string' ? ownText(reason, 200) : ''}`.trim()); });
      level.on('pragma', (key: string, value: boolean) => { if (key === 'strict') strict = value; });
    }
    return state;
  }

  function addResult(state: Level, result: Result): void {
    const id = result.id === 0 ? state.seen.size + 1 : result.id;
    state.seen.add(id);
    if (result.tapError !== null) problems.add(ownText(result.tapError, 200));
    const status = statusOf(result);
    const told = reasonOf(result) ?? (status === 'fail' && state.comments.length > 0 ? state.comments.join('\n') : undefined);
    state.comments = [];
    const name = ownText(result.name === '' ? `test ${id}` : result.name, 200);
    keep(state, rollUp({
      name, status, line: state.pointAt, ...takeBelow(state),
      ...(told === undefined ? undefined : { detail: ownText(told, 1000) }),
      ...(typeof result.time === 'number' ? { durationMs: result.time } : undefined),
      ...(state.pointRepaired ? { repaired: true } : undefined),
    }));
  }

  function keep(state: Level, result: TestResult): void {
    if (result.status === 'fail') onFailure(result.line);
    keepResult(budget, state.kept, result);
  }

  /** They have found their parent. */
  function takeBelow(state: Level): ReturnType<typeof childrenOf> {
    const { below } = state;
    state.below = noneKept();
    return childrenOf(below);
  }

  function concludeLevel(state: Level, final: FinalResults): void {
    const { start, end, skipAll, skipReason } = final.plan;
    if (skipAll && final.count === 0 && skipReason !== '' && skipReason !== 'no tests found') {
      keepResult(budget, state.kept, { name: 'all tests', status: 'skip', detail: ownText(skipReason.replace(/^skip\S*\s*/i, '')), line: startLine, children: [] });
      return;
    }
    for (const { tapError } of final.failures) if (tapError !== null && !(tapError === 'incorrect number of tests' && end !== null)) problems.add(ownText(tapError, 200));
    if (end !== null) addMissing(state, start ?? 1, end);
    // The parser has the last word, also where it does not say why.
    if (!final.ok && problems.all().length === 0 && !state.kept.results.some(isBad) && (state.kept.unlisted?.fail ?? 0) === 0) problems.add('not ok as a whole');
  }

  function addMissing(state: Level, start: number, end: number): void {
    let listed = 0;
    for (let id = start; id <= end; id += 1) {
      if (state.seen.has(id)) continue;
      const rest = listed === missingLimit;
      keep(state, { name: rest ? `${end - id + 1} more` : `test ${id}`, status: 'missing', detail: rest ? 'announced, but their results never came' : 'announced, but its result never came', line: startLine, ...takeBelow(state), ...(rest ? { count: end - id + 1 } : undefined) });
      listed += 1;
      if (rest) return;
    }
  }

  /** Some lines mean nothing any more, and the parser would keep them. */
  function isWanted(text: string): boolean {
    if (over) return false;
    const tap = isTap.test(text);
    if (yaml > 0) {
      yaml = /^[ \t]*\.\.\.$/.test(text) ? 0 : yaml + 1;
      return yaml < yamlLimit || isPoint.test(text);
    }
    if (/^[ \t]+---$/.test(text)) yaml = 1;
    talk = tap && !/^[ \t]*#/.test(text) ? 0 : talk + 1;
    if (talk > talkLimit || !tap && !strict) return false;
    const indent = /^ */.exec(text)?.[0].length ?? 0;
    if (indent > 4 * depthLimit && tap) problems.add(`nested deeper than ${depthLimit} levels`);
    return indent <= 4 * depthLimit;
  }

  return {
    line: startLine,
    take(text, line, repaired) {
      const point = isPoint.test(text.trimStart());
      if (point && points === resultLimit) {
        problems.add(`more than ${resultLimit} results`);
        over = true;
      }
      if (!isWanted(text)) return;
      if (point) {
        points += 1;
        last = ownText(text.trim().replace(/^(?:not )?ok\b *\d* *-? */, ''), 200);
      }
      at = { line, repaired };
      try {
        // What ends a line to JavaScript must not stand inside of one.
        parser.write(`${text.slice(0, lineLength).replace(/[\r\n\u2028\u2029]/g, ' ')}\n`);
      } catch (error) {
        problems.add(`cannot be read: ${error instanceof Error ? ownText(error.message, 200) : ''}`);
        over = true;
      }
    },
    complete: () => problems.all().length === 0 && parser.planEnd > 0 && pending() === parser.planEnd - parser.planStart + 1,
    lastTest: () => last,
    finish() {
      try {
        parser.end();
      } catch (error) {
        problems.add(`cannot be read: ${error instanceof Error ? ownText(error.message, 200) : ''}`);
      }
      return { kept: root.kept, problems: problems.all() };
    },
  };

  /** Points of the outermost level, with the one that waits for its diagnostics. */
  function pending(): number {
    return parser.pointsSeen.size > parser.count ? parser.pointsSeen.size : parser.count;
  }
}

function statusOf(result: Result): TestStatus {
  if (result.skip !== false) return 'skip';
  if (result.todo !== false) return result.ok ? 'pass' : 'xfail';
  return result.ok ? 'pass' : 'fail';
}

/** The directive's words, else the diagnostics: their message first. */
function reasonOf({ skip, todo, diag }: Result): string | undefined {
  if (typeof skip === 'string') return skip;
  if (todo !== false) return typeof todo === 'string' ? `TODO ${todo}` : 'TODO';
  if (skip || diag === null || typeof diag !== 'object') return undefined;
  const entries = Object.entries(diag as Record<string, unknown>).flatMap(([key, value]) => (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[key, String(value)] as const] : [])).slice(0, 12);
  const message = entries.find(([key]) => key === 'message')?.[1];
  const rest = entries.filter(([key]) => key !== 'message').map(([key, value]) => `${key}: ${value}`);
  const lines = message === undefined ? rest : [message, ...rest];
  return lines.length === 0 ? undefined : lines.join('\n');
}
