// Rules that a schema cannot express, over one case or the whole project: small named functions that give the mistakes they find.
import { posix } from 'node:path';
import { bootMedia, type Case } from '../model/case.ts';
import type { Issue } from '../model/errors.ts';
import { runnerWords, type Harness } from '../model/harness.ts';
import type { KernelSpec } from '../model/kernel.ts';
import type { MatrixChecks } from '../model/project.ts';
import { closest, suggest } from '../model/suggest.ts';
import { formatDuration } from '../model/units.ts';
import { type ArchNames, canonicalArch, suggestArch } from './arch-names.ts';
import type { CaseEntry } from './case-files.ts';
import { knownMistakes } from './known-rules.ts';
import { archMistakes, isArch, nameMistakes } from './name-rules.ts';
import { quote } from './quote.ts';
import { unscaledLimits } from './resolve.ts';
import { issueOf, type Mistake, type Path, type Source } from './source.ts';

export interface Draft {
  /** Undefined where the configuration has mistakes of its own. */
  readonly harness?: { readonly value: Harness; readonly source: Source } | undefined;
  readonly kernels: readonly KernelSpec[];
  readonly kernelNames: readonly string[];
  readonly cases: readonly CaseEntry[];
  readonly caseNames: readonly string[];
  /** Every case and kernel was read without a mistake: what is not there is really not there. */
  readonly isComplete: boolean;
  readonly archs: readonly ArchNames[];
  readonly checks: MatrixChecks;
}

type HarnessRule = (harness: Harness, draft: Draft) => readonly Mistake[];
type CaseRule = (testCase: Case, draft: Draft) => readonly Mistake[];

export function checkRules(draft: Draft): readonly Issue[] {
  const { harness } = draft;
  const ofHarness = harness === undefined ? [] : harnessRules.flatMap((rule) => rule(harness.value, draft)).map((mistake) => issueOf(harness.source, mistake));
  const ofCases = draft.cases.flatMap((entry) => caseRules.flatMap((rule) => rule(entry.case, draft)).map(entry.yaml.issue));
  return [...ofHarness, ...ofCases];
}

const needsRangeIsReadable: CaseRule = ({ needs }, { checks }) => {
  const problem = needs.kernel === undefined ? undefined : checks.rangeProblem(needs.kernel);
  return problem === undefined ? [] : [{ path: ['needs', 'kernel'], message: `expected a version range, got ${quote(needs.kernel ?? '')}: ${problem}` }];
};

/** No evidence, no pass: a case that expects nothing could never pass. */
const expectationNamesEvidence: CaseRule = ({ expect, probe }) => {
  const proves = probe !== undefined || expect.some(({ protocol, pass, crash, exit, dialog }) => protocol !== 'none' || dialog !== undefined || pass !== undefined || crash !== undefined || exit !== undefined);
  return proves ? [] : [{ path: ['expect'], message: 'nothing here could prove a pass', hint: 'add `pass`, `crash`, `exit`, `dialog`, a `protocol` or a `probe`' }];
};

const systemsAreOfScripts: CaseRule = ({ needs, script }) => needs.os === undefined || script !== undefined ? [] : [{ path: ['needs', 'os'], message: 'only a case with `script` runs on the system of this machine', hint: 'take `needs.os` out: guests run Linux everywhere' }];

/** Where an expectation stands: `expect` itself, or an item of it. */
const expectPath = (expect: Case['expect'], index: number): Path => (expect.length === 1 ? ['expect'] : ['expect', index]);

const countedResultsAreRead: CaseRule = ({ expect }) => expect.flatMap(({ protocol, results }, index) => protocol !== 'none' || results === undefined ? [] : [{
  path: [...expectPath(expect, index), 'results'], message: 'no results are read here: the protocol is none', hint: 'take `protocol: none` out, or count in an expectation that has a protocol',
}]);

const portIsRead: CaseRule = ({ expect, results }) => results === 'console' || expect.some(({ protocol, exit }) => protocol !== 'none' || exit !== undefined) ? [] : [{
  path: ['results'], message: 'nothing that is expected here is told over a port: no protocol, no exit status', hint: 'take `results` out, or add a `protocol`',
}];

/** A command that is asked by probes is a service: while it runs it has no status. */
const exitHasCommand: CaseRule = ({ expect, probe, run }) => run === undefined || probe === undefined ? [] : expect.flatMap(({ exit }, index) => exit === undefined ? [] : [{
  path: [...expectPath(expect, index), 'exit'], message: 'with a `probe` the command of `run` is a service, which is asked while it runs', hint: 'take `exit` or `probe` out',
}]);

const exitsAgree: CaseRule = ({ expect }) => {
  const first = expect.find(({ exit }) => exit !== undefined)?.exit;
  return expect.flatMap(({ exit }, index) => exit === undefined || exit === first ? [] : [{ path: ['expect', index, 'exit'], message: `another expectation wants exit status ${first ?? 0}: both can never hold` }]);
};

const oneDialog: CaseRule = ({ expect }) => {
  const first = expect.findIndex(({ dialog }) => dialog !== undefined);
  return expect.flatMap(({ dialog }, index) => dialog === undefined || index === first ? [] : [{ path: ['expect', index, 'dialog'], message: 'another expectation has a dialog: there is one console to type on', hint: 'write all steps in one dialog' }]);
};

/** The guest is ended at its total limit, whatever is still to come. */
const stepsFitTotal: CaseRule = ({ expect, timeouts }, { harness }) => {
  const { totalMs } = unscaledLimits(timeouts, harness?.value.timeouts ?? {});
  return expect.flatMap(({ dialog = [] }, index) => dialog.flatMap(({ within }, at) => within < totalMs ? [] : [{
    path: [...expectPath(expect, index), 'dialog', at, 'within'],
    message: `the deadline of ${formatDuration(within)} is not before the total limit of ${formatDuration(totalMs)}`,
    hint: 'raise timeouts.total',
  }]));
};

/** The guest is ended at its total limit: nothing that takes longer is ever seen. */
const durationsFitTotal: CaseRule = ({ expect, timeouts }, { harness }) => {
  const { totalMs } = unscaledLimits(timeouts, harness?.value.timeouts ?? {});
  return expect.flatMap(({ duration }, index) => {
    const longest = duration?.max ?? duration?.min;
    if (longest === undefined || longest < totalMs) return [];
    return [{ path: [...expectPath(expect, index), 'duration'], message: `${formatDuration(longest)} is not less than the total limit of ${formatDuration(totalMs)}`, hint: 'raise timeouts.total' }];
  });
};

const caseLimitsFitTotal: CaseRule = ({ timeouts }, { harness }) => limitMistakes(timeouts, unscaledLimits(timeouts, harness?.value.timeouts ?? {}).totalMs);

/** The guest is ended at its total limit, whoever still asks it. */
const probesFitTotal: CaseRule = ({ probe, timeouts }, { harness }) => {
  const { totalMs } = unscaledLimits(timeouts, harness?.value.timeouts ?? {});
  return (probe ?? []).flatMap(({ deadline }, index) => deadline < totalMs ? [] : [{
    path: ['probe', ...((probe ?? []).length === 1 ? [] : [index]), 'deadline'],
    message: `the deadline of ${formatDuration(deadline)} is not before the total limit of ${formatDuration(totalMs)}`,
    hint: 'raise timeouts.total',
  }]);
};

/** What the guest's own init lives on, and what it mounts there itself. */
const taken = new Set(['/', '/bin', '/containers', '/dev', '/etc', '/etc/kit-test', '/init', '/lib', '/proc', '/run', '/sbin', '/sys', '/usr', '/usr/bin', '/usr/lib', '/usr/lib/kit-test', '/usr/sbin', '/work']);

const drivesHavePlaces: CaseRule = ({ drives }) => {
  const mounts = drives.map(({ mount }) => posix.normalize(mount).replace(/(.)\/+$/, '$1'));
  return mounts.flatMap((mount, index) => {
    const path = ['drives', index, 'mount'];
    if (taken.has(mount)) return [{ path, message: `a drive cannot be mounted at ${mount}`, hint: 'the guest needs what lies there: name a folder of its own, such as /data' }];
    return mounts.indexOf(mount) === index ? [] : [{ path, message: `another drive is mounted at ${mount} already` }];
  });
};

const runnerWordsExist: HarnessRule = ({ runner }) => (['command', 'cleanup'] as const).flatMap((list) => (runner?.[list] ?? []).flatMap((text, index) =>
  [...text.matchAll(/\{([a-z]+)\}/g)].flatMap(([whole, word = '']) => {
    const meant = (runnerWords as readonly string[]).includes(word) ? undefined : closest(word, runnerWords);
    return meant === undefined ? [] : [{ path: ['runner', list, index], message: `${whole} stands for nothing`, hint: `did you mean {${meant}}? There are ${runnerWords.map((each) => `{${each}}`).join(' ')}` }];
  })));

const runnerArchsExist: HarnessRule = ({ runner }, { archs }) => (runner?.arch ?? []).flatMap((name, index) =>
  canonicalArch(archs, name) === undefined ? [{ path: ['runner', 'arch', index], message: `there is no architecture ${quote(name)}`, hint: suggestArch(archs, name) }] : []);

const harnessLimitsFitTotal: HarnessRule = ({ timeouts }) => limitMistakes(timeouts, unscaledLimits(timeouts).totalMs);

function limitMistakes(timeouts: Case['timeouts'], totalMs: number): readonly Mistake[] {
  return (['boot', 'silence'] as const).flatMap((name) => {
    const ms = timeouts[name];
    if (ms === undefined || ms <= totalMs) return [];
    return [{ path: ['timeouts', name], message: `the ${name} limit of ${formatDuration(ms)} is longer than the total limit of ${formatDuration(totalMs)}`, hint: 'raise timeouts.total' }];
  });
}

const matrixKernelsExist: HarnessRule = ({ matrix }, draft) =>
  (matrix.kernels ?? []).flatMap((pattern, index) => nameMistakes(pattern, 'kernel', draft.kernelNames, draft, ['matrix', 'kernels', index]));

const defaultKernelExists: HarnessRule = ({ defaultKernel }, { kernelNames }) => {
  if (defaultKernel === undefined || kernelNames.includes(defaultKernel)) return [];
  return [{ path: ['defaultKernel'], message: `there is no kernel ${quote(defaultKernel)}`, hint: suggest(defaultKernel, kernelNames, 'kernels') }];
};

const matrixArchsHaveKernels: HarnessRule = ({ matrix }, { kernels, isComplete }) => {
  if (!isComplete) return [];
  const existing = [...new Set(kernels.flatMap(({ arch }) => arch ?? []))];
  return (matrix.arch ?? []).flatMap((name, index) =>
    existing.includes(name) ? [] : [{ path: ['matrix', 'arch', index], message: `no kernel exists for ${name}`, hint: `there are kernels for ${existing.join(', ')}` }]);
};

const rulesMatchSomething: HarnessRule = ({ matrix }, draft) =>
  (['include', 'exclude'] as const).flatMap((list) => matrix[list].flatMap((rule, index) => ruleMistakes(rule, draft, ['matrix', list, index])));

/** Each name of the rule must be one of something; then all together must be one cell at least. */
function ruleMistakes(rule: Harness['matrix']['include'][number], draft: Draft, path: Path): readonly Mistake[] {
  const labels = [...new Set(draft.cases.flatMap((entry) => entry.case.labels))];
  const single = [
    ...(rule.case === undefined ? [] : nameMistakes(rule.case, 'case', draft.caseNames, draft, [...path, 'case'])),
    ...(rule.kernel === undefined ? [] : nameMistakes(rule.kernel, 'kernel', draft.kernelNames, draft, [...path, 'kernel'])),
    ...(rule.label === undefined || !draft.isComplete ? [] : nameMistakes(rule.label, 'label', labels, draft, [...path, 'label'])),
    ...(rule.arch === undefined ? [] : archMistakes(rule.arch, draft, [...path, 'arch'])),
  ];
  if (single.length > 0 || !draft.isComplete) return single;
  const { matchesName } = draft.checks;
  const matchesCase = draft.cases.some(({ case: { name, labels: own } }) =>
    (rule.case === undefined || matchesName(rule.case, name)) && (rule.label === undefined || own.some((label) => matchesName(rule.label ?? '', label))));
  const matchesKernel = draft.kernels.some(({ name, arch }) =>
    (rule.kernel === undefined || matchesName(rule.kernel, name)) && (arch ?? []).some((each) => isArch(rule.arch, each, draft)));
  return matchesCase && matchesKernel ? [] : [{ path, message: 'this rule matches no cell: no case, kernel and architecture fulfil all of it' }];
}

const knownFailuresMatch: CaseRule = ({ known, boot }, draft) => known.flatMap((entry, index) => knownMistakes(entry, { ...draft, media: boot }, ['known', index]));

const projectKnownFailuresMatch: HarnessRule = ({ known }, draft) => known.flatMap((entry, index) => [
  ...(entry.case ?? []).flatMap((pattern, at) => nameMistakes(pattern, 'case', draft.caseNames, draft, ['known', index, 'case', ...(entry.case?.length === 1 ? [] : [at])])),
  ...knownMistakes(entry, { ...draft, media: bootMedia }, ['known', index]),
]);

const harnessRules: readonly HarnessRule[] = [harnessLimitsFitTotal, matrixKernelsExist, matrixArchsHaveKernels, defaultKernelExists, rulesMatchSomething, projectKnownFailuresMatch, runnerWordsExist, runnerArchsExist];
const caseRules: readonly CaseRule[] = [needsRangeIsReadable, systemsAreOfScripts, expectationNamesEvidence, caseLimitsFitTotal, probesFitTotal, countedResultsAreRead, portIsRead, exitHasCommand, exitsAgree, oneDialog, stepsFitTotal, durationsFitTotal, knownFailuresMatch, drivesHavePlaces];
