// What reporters could not do, told once a run has ended.
import type { RunOutcome } from '../run/run-project.ts';
import { colours } from './colours.ts';

export function tellTroubles({ warnings, brokenReporters }: Pick<RunOutcome, 'warnings' | 'brokenReporters'>): void {
  const { red, yellow } = colours(process.stderr);
  for (const warning of warnings) process.stderr.write(`${yellow('warning')} ${warning}\n`);
  for (const { reporter, error } of brokenReporters) {
    process.stderr.write(`${red('error')} the reporter ${reporter} failed: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
