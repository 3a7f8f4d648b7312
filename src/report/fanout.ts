// Delivers events to every reporter and keeps them apart: one that throws is recorded, the others go on.
import type { Reporter, RunEvent } from '../model/events.ts';
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
  const failed = (reporter: Reporter, error: unknown): void => {
    if (!failures.has(reporter)) failures.set(reporter, { reporter: reporter.name, error });
  };
  return {
    emit(event) {
      for (const reporter of reporters) {
        // After a first failure its state cannot be trusted; the final report still can be rendered.
        if (failures.has(reporter)) continue;
        try {
          reporter.onEvent?.(event);
        } catch (error) {
          failed(reporter, error);
        }
      }
    },
    async finish(report) {
      for (const reporter of reporters) {
        try {
          await reporter.onEnd?.(report);
        } catch (error) {
          failed(reporter, error);
        }
      }
      return [...failures.values()];
    },
  };
}
