// The judgement of a saved console in the form that `kit-test parse` prints.
import type { Crash, Finding } from '../model/console.ts';
import type { ParsedConsole, ParsedCrash } from '../model/parsed.ts';
import { verdictReason } from '../model/verdict.ts';
import { crashesOf } from './crash.ts';
import type { ConsoleJudgement } from './parse-text.ts';
import { countResults, explainedResults } from './results.ts';

/** `file` is what the reader calls the console. */
export function describeConsole(file: string, { verdict, state, documents }: Pick<ConsoleJudgement, 'verdict' | 'state' | 'documents'>, notJudged: ParsedConsole['notJudged'] = []): ParsedConsole {
  const crashes = crashesOf(state.findings);
  const line = verdict.kind === 'crash' || verdict.kind === 'fail' ? verdict.line : undefined;
  return {
    file,
    verdict: verdict.kind,
    reason: verdictReason(verdict),
    ...(line === undefined ? undefined : { line }),
    crashes: inOrder(crashes).map(describeCrash),
    results: countResults(documents),
    findings: state.findings.map((finding) => explained(finding, crashes)),
    notJudged,
  };
}

/** As a live run reports them. */
const explained = (finding: Finding, crashes: readonly Crash[]): Finding => (finding.kind === 'results' ? { ...finding, results: explainedResults(finding, crashes) } : finding);

/** Findings come in the order they were certain: a report that was open longer came later than one that began after it. */
const inOrder = (crashes: readonly Crash[]): readonly Crash[] => [...crashes].sort((a, b) => a.line - b.line);

const describeCrash = ({ title, type, line, endLine, corrupted, panicked, function: guilty, detail, repeated }: Crash): ParsedCrash => ({
  title,
  type: type === 'UNKNOWN' ? null : type,
  line,
  endLine,
  corrupted: corrupted === true,
  panicked,
  ...(guilty === undefined ? undefined : { function: guilty }),
  ...(detail === undefined ? undefined : { detail }),
  ...(repeated === undefined ? undefined : { repeated }),
});
