// The line that boots a cell by hand: qemu.cmd, and what `run --dry-run` prints.
import type { BootPlan } from '../model/boot.ts';
import { quoteWord } from '../model/shell.ts';

/** One line for a POSIX shell; the console is on the terminal, Ctrl-A X ends QEMU. */
export function qemuCommand(plan: BootPlan): string {
  return [plan.binary, ...plan.argv, '-serial', 'mon:stdio'].map(quoteWord).join(' ');
}
