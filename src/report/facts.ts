// What is known about how a cell was run, as name and value: properties in JUnit, diagnostics in TAP.
import type { CellResult } from '../model/report.ts';
import { verdictReason } from '../model/verdict.ts';

export function factsOf(cell: CellResult): readonly (readonly [name: string, value: string])[] {
  const last = cell.attempts.at(-1) ?? cell.attempts[0];
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
    ['console', last.console],
    ['hang', last.hang?.cause],
    ['hang.log', last.hang?.log],
    ['artifacts', last.artifacts?.folder],
    ['repeat', cell.repeat],
  ];
  return facts.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value] as const]));
}

/** The attempts before the one that counts, as `attempt 1: timeout: no byte for 60s`. */
export function earlierAttempts(cell: CellResult): readonly string[] {
  return cell.attempts.slice(0, -1).map(({ number, verdict }) => {
    const reason = verdictReason(verdict);
    return `attempt ${number}: ${verdict.kind}${reason === '' ? '' : `: ${reason}`}`;
  });
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

/** The console lines that belong to a cell: of the attempt that counts, or of the first failure of a flaky cell. */
export function excerptOf(cell: CellResult): CellResult['attempts'][0]['excerpt'] {
  const shown = cell.flaky ? cell.attempts.find(({ verdict }) => verdict.kind !== 'pass') : cell.attempts.at(-1);
  return shown?.excerpt ?? [];
}
