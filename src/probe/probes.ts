// Asks the probes of a case one after the other, each again and again until it succeeds or its deadline has come.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Probe } from '../model/case.ts';
import { InternalError } from '../model/errors.ts';
import { probeName, probeQuestion, type ProbeOutcome } from '../model/probe.ts';
import { commandTry } from './command.ts';
import { httpTry } from './http.ts';
import { tcpTry } from './tcp.ts';
import type { Ports, Try } from './try.ts';

export interface ProbeContext {
  readonly ports: Ports;
  /** Folder of the case. */
  readonly folder: string;
  /** Factor by which deadlines are stretched. */
  readonly scale: number;
}

/**
 * Outcomes in the order of the probes. Once one has failed, those after it are not asked. When `signal` aborts, its reason's
 * message says why the rest is missing.
 * @throws HarnessError where a command cannot be started.
 */
export async function askProbes(probes: readonly Probe[], context: ProbeContext, signal: AbortSignal): Promise<readonly ProbeOutcome[]> {
  const outcomes: ProbeOutcome[] = [];
  for (const probe of probes) {
    const blocked = outcomes.find(({ status }) => status !== 'pass');
    if (blocked !== undefined) outcomes.push(neverAsked(probe, `never asked: the probe "${blocked.name}" before it had not succeeded`));
    else if (signal.aborted) outcomes.push(neverAsked(probe, `never asked: ${reasonOf(signal)}`));
    else outcomes.push(await ask(probe, tryOf(probe, context), context.scale, signal));
  }
  return outcomes;
}

/** The outcome of a probe that had no chance. */
function neverAsked(probe: Probe, why: string): ProbeOutcome {
  return { name: probeName(probe), asked: probeQuestion(probe), status: 'missing', tries: 0, durationMs: 0, last: why };
}

function tryOf({ http, tcp, command }: Probe, { ports, folder }: ProbeContext): Try {
  if (http !== undefined) return httpTry(http, ports);
  if (tcp !== undefined) return tcpTry(tcp, ports);
  if (command !== undefined) return commandTry(command, ports, folder);
  throw new InternalError('a probe that asks nothing');
}

async function ask(probe: Probe, attempt: Try, scale: number, signal: AbortSignal): Promise<ProbeOutcome> {
  const startedAt = performance.now();
  const deadlineMs = probe.deadline * scale;
  const leftMs = (): number => Math.max(1, Math.ceil(deadlineMs - (performance.now() - startedAt)));
  // A service that is not there yet may swallow the question: no try waits for its answer until the end.
  const tryMs = Math.ceil(Math.max(2000 * scale, deadlineMs / 3));
  const hasEnded = (): boolean => signal.aborted;
  let tries = 0;
  let last: string | undefined;
  const outcome = (status: ProbeOutcome['status'], words = last): ProbeOutcome => ({
    name: probeName(probe), asked: probeQuestion(probe), status, tries, durationMs: performance.now() - startedAt, ...(words === undefined ? {} : { last: words }),
  });

  while (performance.now() - startedAt < deadlineMs) {
    tries += 1;
    const limitMs = Math.min(tryMs, leftMs());
    const limit = AbortSignal.timeout(limitMs);
    const answer = await attempt(AbortSignal.any([signal, limit]));
    if (answer === undefined) return outcome('pass');
    // What a try says that was cut off by the guest's end tells nothing.
    if (hasEnded()) break;
    // Neither does what the deadline cut short, where there was an answer before.
    if (last === undefined || !limit.aborted || limitMs === tryMs) last = answer;
    await sleep(Math.min(probe.interval, leftMs()), undefined, { signal }).catch(() => undefined);
    if (hasEnded()) break;
  }
  if (!hasEnded()) return outcome('fail');
  return outcome('missing', last === undefined ? reasonOf(signal) : `${reasonOf(signal)}; last answer: ${last}`);
}

const reasonOf = ({ reason }: AbortSignal): string => (reason instanceof Error ? reason.message : String(reason));
