// What a run took of its machines, and what that costs where a minute has a price. Pure.
import { formatDuration, formatSize } from '../model/format.ts';
import type { CellResult, Cost, Price, RunReport } from '../model/report.ts';

/** `machineMs`: how long machines were in use, each for itself. */
export function costOf(cells: readonly CellResult[], machineMs: number, price: Price | undefined): Cost {
  const attempts = cells.flatMap((cell) => cell.attempts).filter(({ verdict, cached }) => verdict.kind !== 'skip' && cached === undefined);
  const used = attempts.flatMap(({ usage }) => usage ?? []);
  return {
    machineMs,
    guestMs: Math.round(attempts.reduce((sum, { durationMs }) => sum + durationMs, 0)),
    ...(used.length === 0 ? {} : { cpuMs: used.reduce((sum, { cpuMs }) => sum + cpuMs, 0), peakMemoryBytes: Math.max(...used.map(({ peakMemoryBytes }) => peakMemoryBytes)) }),
    ...(price === undefined ? {} : { money: { amount: (machineMs / 60_000) * price.perMinute, currency: price.currency } }),
  };
}

/** As `3m 12s of guests, 2m 58s of CPU, 412M at most in one, 0.05 USD`. */
export function costWords({ cost }: Pick<RunReport, 'cost'>): string | undefined {
  if (cost === undefined || cost.guestMs === 0) return undefined;
  const { guestMs, cpuMs, peakMemoryBytes, money } = cost;
  return [
    `${formatDuration(guestMs)} of guests`,
    ...(cpuMs === undefined ? [] : [`${formatDuration(cpuMs)} of CPU`]),
    ...(peakMemoryBytes === undefined ? [] : [`${formatSize(peakMemoryBytes)} at most in one`]),
    ...(money === undefined ? [] : [moneyWords(money)]),
  ].join(', ');
}

/** Small sums keep two digits that say something. */
function moneyWords({ amount, currency }: NonNullable<Cost['money']>): string {
  return `${amount >= 0.1 ? amount.toFixed(2) : String(Number(amount.toPrecision(2)))} ${currency}`;
}
