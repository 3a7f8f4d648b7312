// The line that boots a cell by hand: qemu.cmd, and what `run --dry-run` prints.
import { dirname } from 'node:path';
import type { BootPlan } from '../model/boot.ts';
import { quoteWord } from '../model/shell.ts';

/** One line for a POSIX shell; the console is on the terminal, Ctrl-A X ends QEMU. Drives to write to are made first. */
export function qemuCommand(plan: BootPlan): string {
  const files = (plan.scratch ?? []).map(({ path, bytes }) => `mkdir -p ${quoteWord(dirname(path))} && truncate -s ${bytes} ${quoteWord(path)} && `);
  return `${files.join('')}${[plan.binary, ...plan.argv, '-serial', 'mon:stdio'].map(quoteWord).join(' ')}`;
}
