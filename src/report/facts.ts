// What is known about how a cell was run, as name and value: properties in JUnit, diagnostics in TAP.
import type { CellResult } from '../model/report.ts';
import { knownText } from '../model/known.ts';
import { decisiveAttempt } from './attempts.ts';

export function factsOf(cell: CellResult): readonly (readonly [name: string, value: string])[] {
  const last = decisiveAttempt(cell);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['kernel', cell.kernel],
    ['arch', cell.arch],
    ...(cell.medium === undefined ? [] : [['medium', cell.medium] as const]),
    ['accel', last.accel],
    ['kernel.release', last.kernel?.release],
    ['kernel.origin', last.kernel?.origin],
    ['kernel.digest', last.kernel?.digest],
    ['image.digest', last.image?.digest],
    ['labels', cell.labels.join(', ')],
    ['attempts', String(cell.attempts.length)],
    ['flaky', cell.flaky ? 'true' : undefined],
    ['failed', cell.repeats === undefined ? undefined : String(cell.repeats.failed)],
    ['known', cell.known && knownText(cell.known)],
    ['console', last.console],
    ['hang', last.hang?.cause],
    ['hang.log', last.hang?.log],
    ['artifacts', last.artifacts?.folder],
    ['repeat', cell.repeat],
  ];
  return facts.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value] as const]));
}

const crashLimit = 20;

/** The kernel failures of a cell, each title once, as `WARNING in foo (attempt 2, line 119, expected)`. */
export function crashesOfCell(cell: CellResult): readonly string[] {
  const titles = new Map<string, string>();
  for (const attempt of cell.attempts) {
    for (const { title, line, expected } of attempt.crashes ?? []) {
      const where = `${cell.attempts.length === 1 ? '' : `attempt ${attempt.number}, `}line ${line}${expected === true ? ', expected' : ''}`;
      if (!titles.has(title)) titles.set(title, `${title} (${where})`);
    }
  }
  return [...titles.values()].slice(0, crashLimit);
}
