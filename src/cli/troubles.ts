// What is to be said besides the report, once a run has ended: what reporters could not do, what went from the cache.
import type { RunOutcome } from '../run/run-project.ts';
import { colours } from './colours.ts';

export function tellTroubles({ pruned, warnings, brokenReporters }: Pick<RunOutcome, 'pruned' | 'warnings' | 'brokenReporters'>): void {
  const { red, yellow, dim } = colours(process.stderr);
  if (pruned !== undefined) process.stderr.write(`${dim(pruned)}\n`);
  for (const warning of warnings) process.stderr.write(`${yellow('warning')} ${warning}\n`);
  for (const { reporter, error } of brokenReporters) {
    process.stderr.write(`${red('error')} the reporter ${reporter} failed: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
