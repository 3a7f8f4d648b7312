// What a probe asks and how it ended: the words that the boot, the verdict and the reports share.
import { portWord, type Probe } from './case.ts';

/** How a probe ended. */
export interface ProbeOutcome {
  readonly name: string;
  /** What was asked: `GET / on port 80`. */
  readonly asked: string;
  /** `fail`: its deadline came. `missing`: it could not be asked to the end. */
  readonly status: 'pass' | 'fail' | 'missing';
  readonly tries: number;
  readonly durationMs: number;
  /** What came back last, or why it was not asked; undefined for a success. */
  readonly last?: string;
}

/** Ports of the guest that probes ask, each once, in order. */
export function probePorts(probes: readonly Probe[] | undefined): readonly number[] {
  const ports = (probes ?? []).flatMap(({ http, tcp, command }) => [
    ...(http === undefined ? [] : [http.port]),
    ...(tcp === undefined ? [] : [tcp.port]),
    ...(command ?? []).flatMap((word) => [...word.matchAll(portWord)].map(([, port]) => Number(port))),
  ]);
  return [...new Set(ports)].sort((a, b) => a - b);
}

/** What a probe asks, on one line. */
export function probeQuestion({ http, tcp, command }: Probe): string {
  if (http !== undefined) return `${http.method} ${http.path} on port ${http.port}`;
  if (tcp !== undefined) return `a dialogue on TCP port ${tcp.port}`;
  return (command ?? []).join(' ').replace(/[\0-\x1f\x7f]+/g, ' ');
}

/** The name of its result. */
export const probeName = (probe: Probe): string => probe.name ?? probeQuestion(probe);
