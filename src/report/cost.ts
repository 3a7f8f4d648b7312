// What a run took of its machines, and what that costs where a minute has a price. Pure.
import { formatDuration, formatSize } from '../model/format.ts';
import type { CellResult, Cost, Price, RunReport } from '../model/report.ts';

/** `machineMs`: how long machines were in use, each for itself. */
export function costOf({ cells, templates = [] }: Pick<RunReport, 'cells' | 'templates'>, machineMs: number, price: Price | undefined): Cost {
  const attempts = cells.flatMap((cell) => cell.attempts).filter(({ verdict, cached }) => verdict.kind !== 'skip' && cached === undefined);
  const guests = [...attempts, ...attempts.flatMap(({ warm }) => warm ?? []), ...templates];
  const used = guests.flatMap(({ usage }) => usage ?? []);
  return {
    machineMs,
    guestMs: Math.round(guests.reduce((sum, { durationMs }) => sum + durationMs, 0)),
    ...(used.length === 0 ? {} : { cpuMs: used.reduce((sum, { cpuMs }) => sum + cpuMs, 0), peakMemoryBytes: Math.max(...used.map(({ peakMemoryBytes }) => peakMemoryBytes)) }),
    ...savedOf(cells),
    ...(price === undefined ? {} : { money: { amount: (machineMs / 60_000) * price.perMinute, currency: price.currency } }),
  };
}

function savedOf(cells: readonly CellResult[]): Pick<Cost, 'saved'> {
  const attempts = cells.flatMap((cell) => cell.attempts);
  const sum = (times: readonly number[]): number => Math.round(times.reduce((total, ms) => total + ms, 0));
  const warmMs = sum(attempts.flatMap(({ boot, cached }) => (boot?.restored === undefined || cached !== undefined ? [] : [Math.max(0, boot.restored.bootMs - boot.restored.afterMs)])));
  const cachedMs = sum(attempts.flatMap(({ cached, durationMs }) => (cached === undefined ? [] : [durationMs])));
  return warmMs + cachedMs === 0 ? {} : { saved: { warmMs, cachedMs } };
}

/** As `3m 12s of guests, 2m 58s of CPU, 412M at most in one, 0.05 USD`. */
export function costWords({ cost }: Pick<RunReport, 'cost'>): string | undefined {
  if (cost === undefined || (cost.guestMs === 0 && cost.saved === undefined)) return undefined;
  const { guestMs, cpuMs, peakMemoryBytes, saved, money } = cost;
  return [
    `${formatDuration(guestMs)} of guests`,
    ...(cpuMs === undefined ? [] : [`${formatDuration(cpuMs)} of CPU`]),
    ...(peakMemoryBytes === undefined ? [] : [`${formatSize(peakMemoryBytes)} at most in one`]),
    ...(saved === undefined ? [] : [`${formatDuration(saved.warmMs + saved.cachedMs)} saved`]),
    ...(money === undefined ? [] : [moneyWords(money)]),
  ].join(', ');
}

/** Small sums keep two digits that say something. */
function moneyWords({ amount, currency }: NonNullable<Cost['money']>): string {
  return `${amount >= 0.1 ? amount.toFixed(2) : String(Number(amount.toPrecision(2)))} ${currency}`;
}
