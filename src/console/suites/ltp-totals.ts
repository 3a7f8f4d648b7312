// The totals with which LTP's runners close: of runltp the programs that ran, were skipped and failed; of kirk the programs,
// and the results they told. They are compared with what was listed.
import type { Exit, LtpTotal } from './ltp-lines.ts';

export interface LtpTotals {
  /** A list begins. */
  open(): void;
  /** A program is listed. */
  list(status: Exit['status']): void;
  /** A total is printed: what is wrong with it. */
  close(of: LtpTotal, count: number): string | undefined;
}

export function createLtpTotals(): LtpTotals {
  let listed = { pass: 0, fail: 0, skip: 0 };
  /** Programs that are listed count once, their totals come in several lines. */
  let closed = false;
  const reset = (): void => {
    listed = { pass: 0, fail: 0, skip: 0 };
    closed = false;
  };
  return {
    open: reset,
    list(status) {
      if (closed) reset();
      listed[status] += 1;
    },
    close(of, count) {
      const all = listed.pass + listed.fail + listed.skip;
      if (of === 'all') {
        closed = true;
        return count === all ? undefined : `${count} programs were run in all, but ${all} are listed`;
      }
      if (!closed) return undefined;
      // Older runners take what is not for this machine for a failure.
      if (of === 'failures') return count > listed.fail + listed.skip || count < listed.fail ? `${count} programs failed in all, but ${listed.fail} are listed` : undefined;
      if (of === 'skipped') return count === listed.skip ? undefined : `${count} programs were skipped in all, but ${listed.skip} are listed`;
      return count > 0 && listed.fail === 0 ? `${count} results failed in all, but no program is listed that failed` : undefined;
    },
  };
}
