// Delivers events to every reporter and keeps them apart: one that throws is recorded, the others go on.
import type { Reporter, ReporterTime, RunEvent } from '../model/events.ts';
import type { RunReport } from '../model/report.ts';

export interface ReporterFailure {
  readonly reporter: string;
  readonly error: unknown;
}

export interface Fanout {
  emit(event: RunEvent): void;
  /** Lets every reporter finish, one after the other in their order, and says which ones failed during the run. */
  finish(report: RunReport): Promise<readonly ReporterFailure[]>;
}

export function createFanout(reporters: readonly Reporter[]): Fanout {
  const failures = new Map<Reporter, ReporterFailure>();
  const spent = new Map<Reporter, number>();
  const spend = (reporter: Reporter, since: number): void => void spent.set(reporter, (spent.get(reporter) ?? 0) + performance.now() - since);
  const failed = (reporter: Reporter, error: unknown): void => {
    if (!failures.has(reporter)) failures.set(reporter, { reporter: reporter.name, error });
  };
  return {
    emit(event) {
      for (const reporter of reporters) {
        // After a first failure its state cannot be trusted; the final report still can be rendered.
        if (failures.has(reporter)) continue;
        const since = performance.now();
        try {
          reporter.onEvent?.(event);
        } catch (error) {
          failed(reporter, error);
        }
        spend(reporter, since);
      }
    },
    async finish(report) {
      const earlier: ReporterTime[] = [];
      for (const reporter of reporters) {
        const since = performance.now();
        try {
          await reporter.onEnd?.(report, [...earlier]);
        } catch (error) {
          failed(reporter, error);
        }
        spend(reporter, since);
        earlier.push({ name: reporter.name, ms: spent.get(reporter) ?? 0 });
      }
      return [...failures.values()];
    },
  };
}
