// Weighs what the console showed against what a case expects: what failed, what is missing.
import { protocolOf } from '../model/case.ts';
import type { Expect } from '../model/case.ts';
import { protocolNames } from '../model/protocol.ts';
import type { Protocol } from '../model/protocol.ts';
import type { Finding, ResultsFinding } from '../model/console.ts';
import type { ProbeOutcome } from '../model/probe.ts';
import { crashesOf, matchesCrash } from './crash.ts';
import { lateStep, missingSteps, type Heard } from './dialog.ts';
import { tooFewResults, tooManyResults } from './enough.ts';
import { missingExit, wrongExit } from './exit.ts';
import { failedProbe, missingProbe } from './probes.ts';
import { quote, type Reason } from './reason.ts';
import { countResults, failingLeaves } from './results.ts';

type MarkerFinding = Extract<Finding, { kind: 'marker' }>;

export interface Evidence {
  /** The guest said no. */
  readonly failures: readonly Reason[];
  /** What it promised, or the case asked for, and did not come. */
  readonly missing: readonly Reason[];
  /** A document without a plan: more may have been to come. */
  readonly open: boolean;
  /** Something other than skipped results was proven: markers, a dialog, an expected crash, an exit status. */
  readonly proven: boolean;
  /** A pattern of `fail` or a wrong exit status was printed, or a probe or a step of a dialog failed: waiting for anything else is idle. */
  readonly told: boolean;
}

/** Evidence from outside the console, and what is known of its time. */
export interface Outside extends Heard {
  /** A saved console may be that of a kernel that ran KUnit and had no user space: what the kernel printed is enough. */
  readonly kunit: boolean;
  readonly probes: readonly ProbeOutcome[];
}

/** The protocols that a case expects results of. */
export const protocolsOf = (expect: readonly Expect[]): ReadonlySet<Protocol> =>
  new Set(expect.map(protocolOf).filter((protocol) => protocol !== 'none'));

/** The documents of these protocols, in the order they ended. */
export function resultDocuments(findings: readonly Finding[], protocols: ReadonlySet<Protocol>): readonly ResultsFinding[] {
  return findings.filter((finding) => finding.kind === 'results').filter(({ protocol }) => protocols.has(protocol));
}

/**
 * Weighs all expectations; every one must hold, and every probe. What the guest itself failed in comes first, then a probe
 * that failed, then what never came.
 */
export function weigh(expect: readonly Expect[], findings: readonly Finding[], outside: Outside): Evidence {
  const { kunit, probes } = outside;
  const late = lateStep(expect, outside);
  const protocols = protocolsOf(expect);
  const documents = resultDocuments(findings, protocols);
  const markers = findings.filter((finding) => finding.kind === 'marker');
  const failed = failedProbe(probes);
  const lost = missingProbe(probes);
  const { passed, failed: bad, xfailed } = countResults(documents);
  const ran = passed + bad + xfailed;
  const wrong = expect.flatMap((one) => wrongExit(one, findings));
  const failures: Reason[] = [
    ...failedResults(documents),
    ...expect.flatMap((_, index) => failMarkers(markers, index)),
    ...wrong,
    ...expect.flatMap((one) => tooManyResults(one, ran)),
    ...late,
    ...(failed === undefined ? [] : [failed]),
  ];
  const missing: Reason[] = [
    ...[...protocols].flatMap((protocol) => missingResults(protocol, documents, kunit)),
    ...expect.flatMap((one, index) => missingProof(one, index, markers, findings, probes.length > 0)),
    ...missingSteps(expect, findings, outside),
    ...expect.flatMap((one) => missingExit(one, findings)),
    ...documents.length === 0 && protocols.size > 0 ? [] : expect.flatMap((one) => tooFewResults(one, ran)),
    ...(lost === undefined || failed !== undefined ? [] : [lost]),
  ];
  return {
    failures, missing,
    open: documents.some(({ protocol, planned, complete }) => protocol === 'ktap' ? planned === undefined : !complete),
    proven: expect.some(({ pass, crash, exit, dialog }) => pass !== undefined || dialog !== undefined || crash !== undefined || exit !== undefined) || probes.some(({ status }) => status === 'pass'),
    told: failed !== undefined || late.length > 0 || wrong.length > 0 || markers.some((marker) => marker.role === 'fail'),
  };
}

function failedResults(documents: readonly ResultsFinding[]): readonly Reason[] {
  const leaves = documents.flatMap((document) => failingLeaves(document.results)).filter(({ result }) => result.status === 'fail');
  const first = leaves[0];
  const unlisted = documents.reduce((sum, { omitted }) => sum + (omitted?.fail ?? 0), 0);
  const problems = [
    ...unlisted === 0 ? [] : [{ reason: `${unlisted} more results failed than are listed` }],
    ...documents.flatMap((document) => document.problems.map((problem) => reasonAt(`${protocolNames[document.protocol]}: ${problem}`, document.line))),
  ];
  if (first === undefined) return problems;
  const named = leaves.slice(0, 3).map(({ names, result }) => {
    const detail = result.detail?.split('\n')[0];
    return `${names.join(' › ')}${detail === undefined ? '' : ` (${detail})`}`;
  });
  const more = leaves.length > named.length ? ` and ${leaves.length - named.length} more` : '';
  const count = leaves.length === 1 ? '1 result failed' : `${leaves.length} results failed`;
  return [reasonAt(`${count}: ${named.join(', ')}${more}`, first.result.line), ...problems];
}

/** What came over the port may not be on the console: it has no line then. */
const reasonAt = (reason: string, line: number): Reason => (line === 0 ? { reason } : { reason, line });

function missingResults(protocol: Protocol, all: readonly ResultsFinding[], kunit: boolean): readonly Reason[] {
  const documents = all.filter((document) => document.protocol === protocol);
  const name = protocolNames[protocol];
  if (documents.length === 0) return [{ reason: `missing evidence: no ${name} on the console` }];
  if (protocol === 'ktap' && !kunit && documents.every((document) => document.kernel === true)) return [{ reason: 'missing evidence: KTAP from the kernel only, none from user space' }];
  return documents.flatMap((document): readonly Reason[] => {
    const lost = failingLeaves(document.results).filter(({ result }) => result.status === 'missing');
    const first = lost[0];
    if (first !== undefined) {
      const count = lost.length === 1 ? 'an announced result' : `${lost.length} announced results`;
      return [{ reason: `missing evidence: ${count} never came, first: ${first.names.join(' › ')}` }];
    }
    const unlisted = document.omitted?.missing ?? 0;
    if (unlisted > 0) return [{ reason: `missing evidence: ${unlisted} announced results never came that are not listed` }];
    if (document.results.length > 0 || document.omitted !== undefined) return [];
    const why = document.planned === 0 ? 'the plan is empty (1..0)' : `${name} began and gave no result`;
    return [{ reason: `missing evidence: ${why}` }];
  });
}

function failMarkers(markers: readonly MarkerFinding[], index: number): readonly Reason[] {
  return markers.filter((marker) => marker.role === 'fail' && (marker.expect ?? index) === index)
    .map((marker) => ({ reason: `the guest printed ${quote(marker.pattern)}: ${marker.text.trim().slice(0, 120)}`, line: marker.line }));
}

function missingProof(expect: Expect, index: number, markers: readonly MarkerFinding[], findings: readonly Finding[], probed: boolean): readonly Reason[] {
  const passed = new Set(markers.filter((marker) => marker.role === 'pass' && (marker.expect ?? index) === index).map((marker) => marker.pattern));
  const wanted = expect.pass === undefined ? [] : typeof expect.pass === 'string' ? [expect.pass] : expect.pass;
  const missing = wanted.filter((pattern) => !passed.has(pattern))
    .map((pattern): Reason => ({ reason: `missing evidence: no line with ${quote(pattern)}${expect.ordered && wanted.length > 1 ? ' in its order' : ''}` }));
  const { crash } = expect;
  if (crash !== undefined && !crashesOf(findings).some((one) => matchesCrash(crash, one.title))) {
    missing.push({ reason: `expected a crash${crash === true ? '' : ` matching ${quote(crash)}`}, but the kernel did not crash` });
  }
  if (wanted.length === 0 && crash === undefined && expect.exit === undefined && expect.dialog === undefined && protocolOf(expect) === 'none' && !probed) missing.push({ reason: 'missing evidence: the case expects nothing that could be evidence' });
  return missing;
}
