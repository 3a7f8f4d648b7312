// How a copy of a waiting guest is woken, and what tells that it has entered the root of its case.
import { randomBytes } from 'node:crypto';
import type { BootExit } from '../../model/boot.ts';
import type { Waking } from '../../boot/terminal.ts';
import { thawData } from '../../guest/template/enter.ts';
import { watchEntry } from './entry.ts';
import type { Template } from './template.ts';

export function wakingOf(template: Template): Waking {
  return { restore: { ...template, type: () => thawData(Date.now(), randomBytes(32)) }, entry: watchEntry(template.console.length) };
}

/** Why a copy did not get there, by how its machine ended. */
export function whyNotWoken(exit: BootExit): string {
  return exit.kind === 'failed' ? exit.message : exit.kind === 'stopped' ? `QEMU did not get it to run (${exit.why})` : 'QEMU ended before the guest ran';
}
