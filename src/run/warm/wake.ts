// How a copy of a waiting guest is woken, and what tells that it has entered the root of its case.
import { randomBytes } from 'node:crypto';
import type { Restore } from '../../boot/vm.ts';
import { thawData } from '../../guest/template/enter.ts';
import { watchEntry } from './entry.ts';
import type { Template } from './template.ts';

export function wakingOf(template: Template): { readonly restore: Restore; readonly entry: ReturnType<typeof watchEntry> } {
  return { restore: { ...template, type: () => thawData(Date.now(), randomBytes(32)) }, entry: watchEntry(template.console.length) };
}
