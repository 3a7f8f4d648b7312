// Case's expectations × findings × how the boot ended → verdict. Pure and total.
// No evidence, no pass; a crash outranks what came before it; our own failure is an error and nobody else's.
import type { BootResult } from '../model/boot.ts';
import { protocolOf, type Expect } from '../model/case.ts';
import type { Crash, Finding, TestResult, WatchState } from '../model/console.ts';
import { assertNever } from '../model/errors.ts';
import { formatDuration } from '../model/units.ts';
import type { HangReport } from '../model/hang.ts';
import type { DialogOutcome } from '../model/dialog.ts';
import type { ProbeOutcome } from '../model/probe.ts';
import { interrupted, type Verdict } from '../model/verdict.ts';
import { crashesOf, unexpectedCrash } from './crash.ts';
import { wrongDuration, type Took } from './duration.ts';
import { protocolsOf, resultDocuments, weigh } from './evidence.ts';
import type { Evidence } from './evidence.ts';
import { dialogResults, waitedFor } from './dialog.ts';
import { cancelled } from './exit.ts';
import { missingProbe, probeResults } from './probes.ts';
import { shorten } from './reason.ts';
import { explainedResults, omittedResults, skippedWholly } from './results.ts';

export interface JudgeInput {
  readonly expect: readonly Expect[];
  readonly findings: readonly Finding[];
  readonly boot: BootResult;
  /** What was last seen on the console, for the reason of a timeout. */
  readonly seen?: Pick<WatchState, 'lastLine' | 'lastTest'>;
  /** A saved console may be that of a kernel that ran KUnit and had no user space; a cell of ours always has one. */
  readonly kunit?: boolean;
  /** How the probes of the case ended; each is a result. */
  readonly probes?: readonly ProbeOutcome[];
  /** How the steps of the case's dialog ended; without them, of a saved console, the order in which they came decides. */
  readonly dialog?: readonly DialogOutcome[];
  /** How long the test part took. Undefined for a saved console that nothing tells it of: it is not judged by it then. */
  readonly took?: Took;
  /** A script of this machine ran, and no guest. */
  readonly script?: boolean;
  /** What was found out about a guest that hung. */
  readonly hang?: Pick<HangReport, 'where'> | undefined;
}

/** Judges one boot. */
export function judge(input: JudgeInput): { readonly verdict: Verdict; readonly results: readonly TestResult[] } {
  const ofGuest = resultDocuments(input.findings, protocolsOf(input.expect)).flatMap((document) => [...explainedResults(document, crashesOf(input.findings)), ...omittedResults(document)]);
  const results = [...ofGuest, ...dialogResults(input.expect, input.findings, input.dialog ?? []), ...probeResults(input.probes ?? [])];
  return { verdict: decide(input, results), results };
}

function decide(input: JudgeInput, results: readonly TestResult[]): Verdict {
  const { exit } = input.boot;
  if (exit.kind === 'failed') return { kind: 'error', stage: 'boot', reason: exit.message, ...(exit.hint === undefined ? undefined : { hint: exit.hint }) };
  const skip = cancelled(input.expect, input.findings);
  if (skip !== undefined) return skip;
  const crash = statusAlone(input) ? undefined : unexpectedCrash(input.expect, input.findings, input.kunit === true);
  if (crash !== undefined) return crashed(crash);
  const evidence = weighInput(input);
  switch (exit.kind) {
    case 'signalled': case 'exited':
      if (exit.kind === 'exited' && exit.code === 0 || saidAll(evidence, input)) return byEvidence(evidence, results, input);
      return { kind: 'error', stage: 'boot', reason: `${input.boot.command ?? 'QEMU'} ${exit.kind === 'signalled' ? `was killed by ${exit.signal}` : `exited with status ${exit.code}`}${lastWords(input.boot)}` };
    case 'stopped':
      switch (exit.why) {
        case 'decided': return byEvidence(evidence, results, input);
        case 'interrupted': return evidence.failures[0] === undefined ? interrupted : failed(evidence.failures[0]);
        case 'boot-limit': case 'silence-limit': case 'total-limit': return atLimit(evidence, results, input, exit.why, exit.limitMs ?? 0);
        default: return assertNever(exit.why);
      }
    default: return assertNever(exit);
  }
}

/** A script of which nothing but its exit status is asked may print what it likes: the console of a guest that has to crash, say. */
const statusAlone = ({ script, expect }: JudgeInput): boolean => script === true && expect.every((one) => protocolOf(one) === 'none' && one.pass === undefined && one.fail === undefined && one.crash === undefined);

/** Weighs all that was seen of a boot. */
export const weighInput = ({ expect, findings, kunit, probes, dialog, seen, hang }: JudgeInput): Evidence =>
  weigh(expect, findings, { kunit: kunit === true, probes: probes ?? [], outcomes: dialog ?? [], lastLine: seen?.lastLine ?? '', hungIn: hang?.where });

const crashed = ({ title, detail, line, endLine }: Crash): Verdict => ({ kind: 'crash', title, ...(detail === undefined ? {} : { detail }), line, endLine });

const failed = (failure: { readonly reason: string; readonly line?: number }): Verdict => ({ kind: 'fail', ...failure });

/** How the user's own command ends says little where the console had said it all: a cloud's may end with an error when the machine is gone. */
const saidAll = (evidence: Evidence, { boot }: JudgeInput): boolean => boot.command !== undefined && (evidence.failures.length > 0 || evidence.missing.length === 0);

/** The console alone decides: the guest ended, or had said everything. */
function byEvidence(evidence: Evidence, results: readonly TestResult[], input: JudgeInput): Verdict {
  const failure = evidence.failures[0];
  if (failure !== undefined) return failed(failure);
  if (evidence.missing.length > 0) {
    if (input.boot.consoleBytes === 0) return { kind: 'fail', reason: input.boot.command === undefined ? 'guest ended without a byte: too little memory?' : `${input.boot.command} ended without a byte on its standard output` };
    return failed({ reason: evidence.missing.map((item) => item.reason).join('; ') });
  }
  const skipped = skippedWholly(results);
  if (skipped !== undefined && !evidence.proven) return { kind: 'skip', reason: skipped };
  const untimely = input.took === undefined ? undefined : wrongDuration(input.expect, input.took);
  return untimely === undefined ? { kind: 'pass' } : failed(untimely);
}

/** A limit ended the guest: a timeout, unless all was said before. */
function atLimit(evidence: Evidence, results: readonly TestResult[], input: JudgeInput, why: 'boot-limit' | 'silence-limit' | 'total-limit', limitMs: number): Verdict {
  const phase = why === 'boot-limit' ? 'boot' : why === 'silence-limit' ? 'silence' : 'total';
  // What the guest said no to stays said, unless results were still to come: then the hang is the news.
  const waiting = evidence.missing.length > 0 || evidence.open;
  if (!waiting || evidence.told) return byEvidence({ ...evidence, missing: [] }, results, input);
  const where = input.hang?.where;
  return { kind: 'timeout', phase, limitMs, reason: timeoutReason(phase, limitMs, input), ...(where === undefined ? {} : { where }) };
}

function timeoutReason(phase: 'boot' | 'silence' | 'total', limitMs: number, { expect, boot, findings, seen, probes, hang, script }: JudgeInput): string {
  const limit = formatDuration(limitMs);
  const hung = hang?.where === undefined ? '' : `; ${shorten(hang.where)}`;
  if (boot.consoleBytes === 0) return `not one byte on the console in ${limit}${hung}`;
  const what = { boot: `no sign of user space in ${limit}`, silence: `silent for ${limit}`, total: `not finished after ${limit}` }[phase];
  const milestones = new Set(findings.flatMap((finding) => finding.kind === 'milestone' ? [finding.name] : []));
  const where = script !== true && milestones.has('poweroff') ? ' while powering off'
    : seen?.lastTest !== undefined ? ` after or during test "${seen.lastTest}"`
    : script === true ? ''
    : milestones.has('userspace') ? ' in user space'
    : milestones.has('kernel') ? ' while the kernel booted' : ' before the kernel started';
  const last = seen === undefined || seen.lastLine === '' ? '' : `; last line: ${shorten(seen.lastLine)}`;
  const probe = missingProbe(probes ?? []);
  return `${what}${where}${hung}${last}${waitedFor(expect, findings)}${probe === undefined ? '' : `; ${probe.reason}`}`;
}

function lastWords(boot: BootResult): string {
  const line = boot.stderr.split('\n').map((text) => text.trim()).filter((text) => text !== '').at(-1);
  return line === undefined ? '' : `: ${shorten(line)}`;
}
