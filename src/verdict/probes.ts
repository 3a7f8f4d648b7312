// What the probes of a case say: a result each, and the reason of one that did not succeed.
import type { TestResult } from '../model/console.ts';
import type { ProbeOutcome } from '../model/probe.ts';
import { formatDuration } from '../model/units.ts';

/** A result for each probe, after those of the guest. */
export function probeResults(probes: readonly ProbeOutcome[]): readonly TestResult[] {
  return probes.map((probe) => ({
    name: `probe: ${probe.name}`,
    status: probe.status,
    ...(probe.status === 'pass' ? {} : { detail: explain(probe) }),
    line: 0,
    children: [],
  }));
}

/** The probe whose deadline came: the guest was there, and did not answer as the case wants. */
export function failedProbe(probes: readonly ProbeOutcome[]): { readonly reason: string } | undefined {
  const failed = probes.find(({ status }) => status === 'fail');
  return failed && { reason: reasonOf(failed) };
}

/** The first probe that could not be asked to the end. */
export function missingProbe(probes: readonly ProbeOutcome[]): { readonly reason: string } | undefined {
  const missing = probes.find(({ status }) => status === 'missing');
  return missing && { reason: reasonOf(missing) };
}

function reasonOf(probe: ProbeOutcome): string {
  const asked = probe.name === probe.asked ? '' : ` (${probe.asked})`;
  return `probe "${probe.name}"${asked} ${probe.status === 'fail' ? 'failed' : 'did not succeed'}: ${explain(probe)}`;
}

function explain({ tries, durationMs, last }: ProbeOutcome): string {
  if (tries === 0) return last ?? 'never asked';
  const count = `${tries} ${tries === 1 ? 'try' : 'tries'} in ${formatDuration(durationMs)}`;
  return last === undefined ? count : `${last} (${count})`;
}
