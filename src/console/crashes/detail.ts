// What a report says in numbers, in words: how init ended, by the wait status that the kernel prints (wait(2)).
import type { ReportLine } from './report-line.ts';

const signals = [
  '', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGKILL', 'SIGUSR1', 'SIGSEGV', 'SIGUSR2', 'SIGPIPE', 'SIGALRM', 'SIGTERM', 'SIGSTKFLT', 'SIGCHLD',
  'SIGCONT', 'SIGSTOP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGURG', 'SIGXCPU', 'SIGXFSZ', 'SIGVTALRM', 'SIGPROF', 'SIGWINCH', 'SIGIO', 'SIGPWR', 'SIGSYS',
] as const;

/** Stands in the line that tells it. */
export const endOfInit = 'Attempted to kill init!';
const initEnded = /Attempted to kill init! exitcode=0x([0-9a-f]{8})\b/;

/** What the title leaves out because it is not the same on every boot; undefined where there is nothing to tell. */
export function reportDetail(lines: readonly ReportLine[]): string | undefined {
  for (const { text, marked } of lines) {
    const code = marked ? initEnded.exec(text)?.[1] : undefined;
    if (code !== undefined) return `init ${howItEnded(Number.parseInt(code, 16))}`;
  }
  return undefined;
}

/** The numbers are those of every architecture we boot; others have their own for some signals. */
function howItEnded(status: number): string {
  const signal = status & 0x7f;
  if (signal === 0) return `exited with status ${(status >> 8) & 0xff}`;
  return `was killed by ${signals[signal] ?? `signal ${signal}`}`;
}
