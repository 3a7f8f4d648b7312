// Failures that a case lists as known. What an entry covers is forgiven and the rest judged again by the same judge: so a
// failure beside a known one is seen, and named. An entry that no longer fails is a failure itself.
import type { Crash, Finding, TestResult } from '../model/console.ts';
import { knownText, type Known } from '../model/known-text.ts';
import type { KnowableVerdict, KnownFailure } from '../model/known.ts';
import { parseExpression } from '../model/pattern.ts';
import { suiteFailedText } from '../model/protocol.ts';
import type { Verdict } from '../model/verdict.ts';
import { crashesOf, matchesCrash, unexpectedCrash } from './crash.ts';
import { forgiveSteps } from './dialog.ts';
import { protocolsOf, resultDocuments } from './evidence.ts';
import { judge, weighInput, type JudgeInput } from './judge.ts';
import { quote } from './reason.ts';

export interface KnownJudgement {
  readonly verdict: Verdict;
  readonly results: readonly TestResult[];
  /** Why the verdict, a failure, does not count. */
  readonly known?: Known;
}

/** Judges one boot of a cell to which these entries apply. */
export function judgeKnown(input: JudgeInput, entries: readonly KnownFailure[]): KnownJudgement {
  const plain = judge(input);
  const { verdict, results } = plain;
  // Our own failures are never known, and what was skipped or cut off says nothing.
  if (entries.length === 0 || verdict.kind === 'error' || verdict.kind === 'skip' || isInterrupted(input)) return plain;
  const { left, known }: Forgiven = verdict.kind === 'pass' ? { known: [] } : forgive(input, entries, results, verdict);
  if (left !== undefined) return { verdict: left, results };
  const cured = entries.filter((entry) => !entry.sometimes && !known.includes(entry)).map((entry) => curedBecause(entry, input, plain)).find((reason) => reason !== undefined);
  if (cured !== undefined) return { verdict: { kind: 'fail', reason: cured }, results };
  return known.length === 0 ? plain : { verdict, results, known: together(known) };
}

const isInterrupted = ({ boot: { exit } }: JudgeInput): boolean => exit.kind === 'stopped' && exit.why === 'interrupted';

interface Forgiven {
  /** What the entries leave unexplained; undefined where they explain all. */
  readonly left?: Verdict;
  /** The entries that failed as they say. */
  readonly known: readonly KnownFailure[];
}

function forgive(input: JudgeInput, entries: readonly KnownFailure[], results: readonly TestResult[], failure: Verdict & { readonly kind: KnowableVerdict }): Forgiven {
  const whole = entries.filter((entry) => coversWhole(entry, failure.kind));
  if (whole.length > 0) return { known: whole };
  const crashes = crashesOf(input.findings);
  const known = entries.filter((entry) => crashes.some((crash) => coversCrash(entry, crash)) || forgiveResults(results, [entry], []).some((result, index) => result !== results[index]));
  if (known.length === 0) return { left: failure, known };
  const rest = without(input, known);
  const crashed = crashes.find((crash) => known.some((entry) => coversCrash(entry, crash)));
  const another = unexpectedCrash(rest.expect, rest.findings, rest.kunit === true);
  const left = judge(rest).verdict;
  // A kernel that has panicked may say anything.
  if (another !== undefined) return crashed?.panicked === true && crashed.line < another.line ? { known } : { left, known };
  if (left.kind === 'pass') return { known };
  // What never came after a known crash is its consequence; what the guest said no to is not.
  const { failures, missing } = weighInput(rest);
  return crashed !== undefined && failures.length === 0 && (missing.length > 0 || left.kind === 'timeout') ? { known } : { left, known };
}

/** An entry that names no result and no crash is about all that the cell does. */
const coversWhole = ({ result, crash, verdict }: KnownFailure, kind: KnowableVerdict): boolean =>
  result === undefined && crash === undefined && (verdict === undefined || verdict.includes(kind));

const coversCrash = (entry: KnownFailure, { title }: Crash): boolean => entry.crash !== undefined && matchesCrash(entry.crash, title);

/** Whether a kernel failure is one that the entries name: reports show it as one that was expected. */
export const isKnownCrash = (entries: readonly KnownFailure[], crash: Crash): boolean =>
  entries.some((entry) => coversCrash(entry, crash) || coversWhole(entry, 'crash'));

/** What would have been seen if nothing had failed that the entries name. */
function without(input: JudgeInput, entries: readonly KnownFailure[]): JudgeInput {
  const findings = input.findings.flatMap((finding): readonly Finding[] => {
    if (finding.kind === 'crash') return entries.some((entry) => coversCrash(entry, finding)) ? [] : [finding];
    if (finding.kind !== 'results') return [finding];
    return [{ ...finding, results: forgiveResults(finding.results, entries, []) }];
  });
  const outermost = (all: readonly Finding[]): number => all.flatMap((finding) => (finding.kind === 'results' && finding.kernel !== true ? finding.results.filter(hasFailed) : [])).length;
  const fewer = outermost(findings) < outermost(input.findings);
  const isSuite = (finding: Finding): boolean => finding.kind === 'marker' && finding.role === 'fail' && finding.pattern === suiteFailedText;
  const probes = input.probes?.map((probe) => (entries.some(({ result }) => result !== undefined && names(result, [`probe: ${probe.name}`])) ? { ...probe, status: 'pass' as const } : probe));
  const dialog = forgiveSteps(input.expect, findings, input.dialog, (name) => entries.some(({ result }) => result !== undefined && names(result, [name])));
  // builtin:init says FAILED for the outermost results, which say so themselves.
  return { ...input, ...dialog, ...(fewer ? { findings: dialog.findings.filter((finding) => !isSuite(finding)) } : {}), ...(probes === undefined ? {} : { probes }) };
}

const hasFailed = ({ status, informative }: TestResult): boolean => informative !== true && (status === 'fail' || status === 'missing');

const hasUnlistedFailures = ({ unlisted }: TestResult): boolean => unlisted?.fail !== undefined || unlisted?.missing !== undefined;

/** Failures that are known become expected ones, and so does a parent that failed by nothing else. Others stay the same objects. */
function forgiveResults(results: readonly TestResult[], entries: readonly KnownFailure[], path: readonly string[]): readonly TestResult[] {
  return results.map((result) => {
    if (!hasFailed(result)) return result;
    const here = [...path, result.name];
    if (entries.some((entry) => entry.result !== undefined && names(entry.result, here))) return { ...result, status: 'xfail' };
    const children = forgiveResults(result.children, entries, here);
    const changed = children.some((child, index) => child !== result.children[index]);
    if (!changed) return result;
    return { ...result, children, ...(children.some(hasFailed) || hasUnlistedFailures(result) ? {} : { status: 'xfail' as const }) };
  });
}

const arrow = ' > ';

/** Whether a pattern names the result at this path, or one around it. */
function names(pattern: string, path: readonly string[]): boolean {
  const expression = parseExpression(pattern);
  const whole = path.join(arrow);
  if (expression !== undefined) return expression.test(whole);
  // Reports for people write the arrow otherwise.
  return `${arrow}${whole}${arrow}`.includes(`${arrow}${pattern.replaceAll(' › ', arrow)}${arrow}`);
}

/** Why an entry has nothing left to say; undefined where it has, or where that cannot be known. */
function curedBecause(entry: KnownFailure, input: JudgeInput, { verdict: { kind }, results }: ReturnType<typeof judge>): string | undefined {
  const ended = kind === 'pass' || kind === 'fail';
  const say = (what: string): string => `${what}, but is listed as known to fail (${knownText(entry)}): take it off \`known\``;
  if (entry.crash !== undefined) {
    if (!ended || crashesOf(input.findings).some((crash) => coversCrash(entry, crash))) return undefined;
    return `the kernel did not fail with ${quote(entry.crash)}, which is listed as known (${knownText(entry)}): take it off \`known\``;
  }
  if (entry.result === undefined) return kind === 'pass' ? say('passes') : undefined;
  const statuses = statusesOf(entry.result, results, []);
  if (statuses.includes('pass') && statuses.every((status) => status === 'pass' || status === 'skip')) return say(`result ${quote(entry.result)} passes`);
  const complete = ended && resultDocuments(input.findings, protocolsOf(input.expect)).every(({ omitted }) => omitted === undefined);
  return statuses.length === 0 && complete ? `no result is called ${quote(entry.result)}, which is listed as known to fail (${knownText(entry)})` : undefined;
}

const statusesOf = (pattern: string, results: readonly TestResult[], path: readonly string[]): readonly TestResult['status'][] =>
  results.flatMap((result) => {
    const here = [...path, result.name];
    return [...(names(pattern, here) ? [result.status] : []), ...statusesOf(pattern, result.children, here)];
  });

/** One reason of all; the first link stands apart, for reports that can show it as one. */
function together([first, ...others]: readonly KnownFailure[]): Known {
  const { reason = '', link } = first ?? {};
  const further = others.filter((other) => other.reason !== reason || other.link !== link).map((other) => knownText(other));
  return { reason: [...new Set([reason, ...further])].join('; '), ...(link === undefined ? {} : { link }) };
}
