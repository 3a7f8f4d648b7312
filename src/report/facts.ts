// What is known about how a cell was run, as name and value: properties in JUnit, diagnostics in TAP.
import type { Attempt, CellResult } from '../model/report.ts';
import { knownText } from '../model/known-text.ts';
import { decisiveAttempt } from './attempts.ts';
import { historyNews } from './history-words.ts';

export function factsOf(cell: CellResult): readonly (readonly [name: string, value: string])[] {
  const last = decisiveAttempt(cell);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['kernel', cell.kernel],
    ['arch', cell.arch],
    ...(cell.medium === undefined ? [] : [['medium', cell.medium] as const]),
    ['accel', last.accel],
    ...startFacts(last),
    ['cpu_ms', last.usage && String(Math.round(last.usage.cpuMs))],
    ['peak_memory', last.usage && String(last.usage.peakMemoryBytes)],
    ['kernel.release', last.kernel?.release],
    ['kernel.origin', last.kernel?.origin],
    ['kernel.digest', last.kernel?.digest],
    ['image.digest', last.image?.digest],
    ['labels', cell.labels.join(', ')],
    ['attempts', String(cell.attempts.length)],
    ['flaky', cell.flaky ? 'true' : undefined],
    ['cached', cell.cached?.run],
    ['cached.at', cell.cached?.at],
    ...roundFacts(cell),
    ['history', historyNews(cell)],
    ['known', cell.known && knownText(cell.known)],
    ['console', last.console],
    ['results.log', last.resultsLog],
    ['hang', last.hang?.cause],
    ['hang.log', last.hang?.log],
    ['artifacts', last.artifacts?.folder],
    ['repeat', cell.repeat],
  ];
  return facts.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value] as const]));
}

function startFacts({ boot, warm }: Attempt): readonly (readonly [string, string | undefined])[] {
  const restored = boot?.restored ?? warm?.restored;
  if (restored === undefined) return [];
  return [
    ['start', warm === undefined ? 'warm' : 'both'],
    ['start.restored_ms', String(Math.round(restored.afterMs))],
    ['start.template_boot_ms', String(Math.round(restored.bootMs))],
    ['start.warm_ms', warm && String(Math.round(warm.durationMs))],
    ['start.warm_console', warm?.console],
  ];
}

function roundFacts({ rounds }: CellResult): readonly (readonly [string, string | undefined])[] {
  if (rounds === undefined) return [];
  const { planned, ran, passed, failed, errors, known, firstFailed, durationMs: { min, median, max } } = rounds;
  const number = (value: number | undefined): string | undefined => value === undefined ? undefined : String(Math.round(value));
  return [
    ['rounds', number(ran)],
    ['rounds.planned', number(planned)],
    ['rounds.passed', number(passed)],
    ['rounds.failed', number(failed)],
    ['rounds.errors', number(errors)],
    ['rounds.known', number(known)],
    ['rounds.first_failed', number(firstFailed)],
    ['rounds.min_ms', number(min)],
    ['rounds.median_ms', number(median)],
    ['rounds.max_ms', number(max)],
  ];
}

const crashLimit = 20;

/** The kernel failures of a cell, each title once, as `WARNING in foo (attempt 2, line 119, expected)`. */
export function crashesOfCell(cell: CellResult): readonly string[] {
  const titles = new Map<string, string>();
  for (const attempt of cell.attempts) {
    for (const { title, line, expected } of attempt.crashes ?? []) {
      const where = `${cell.attempts.length === 1 ? '' : `${cell.rounds === undefined ? 'attempt' : 'round'} ${attempt.number}, `}line ${line}${expected === true ? ', expected' : ''}`;
      if (!titles.has(title)) titles.set(title, `${title} (${where})`);
    }
  }
  return [...titles.values()].slice(0, crashLimit);
}
