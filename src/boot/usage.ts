// What a process costs, as Linux tells it: read now and then while it runs, for nothing is left to read once it has ended.
// proc_pid_stat(5), proc_pid_status(5)
import { readFileSync } from 'node:fs';
import type { Usage } from '../model/boot.ts';

export interface UsageWatch {
  /** It is about to end. */
  look(): void;
  /** No more looks. What was seen last; undefined where nothing was. */
  end(): Usage | undefined;
}

const everyMs = 500;
/** USER_HZ of every architecture that Node runs on. */
const ticksPerSecond = 100;

/** Never throws: where there is no /proc nothing is known. */
export function watchUsage(pid: number | undefined): UsageWatch {
  let seen: Usage | undefined;
  const look = (): void => {
    if (pid !== undefined) seen = usageOf(pid) ?? seen;
  };
  const timer = setInterval(look, everyMs).unref();
  return {
    look,
    end() {
      clearInterval(timer);
      return seen;
    },
  };
}

function usageOf(pid: number): Usage | undefined {
  try {
    return readUsage(readFileSync(`/proc/${pid}/stat`, 'latin1'), readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return undefined;
  }
}

/** From the texts of both files; undefined for a process that has ended and only waits to be told of. */
export function readUsage(stat: string, status: string): Usage | undefined {
  // The program's name may hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (!Number.isFinite(ticks) || peak === undefined) return undefined;
  return { cpuMs: (ticks * 1000) / ticksPerSecond, peakMemoryBytes: Number(peak) * 1024 };
}
