// Finds reporters by name: each is one file of reporters/, and only those asked for are loaded.
import { readdir } from 'node:fs/promises';
import { UsageError } from '../model/errors.ts';
import type { Reporter } from '../model/events.ts';
import { suggest } from '../model/suggest.ts';
import type { ReporterContext, ReporterModule } from './reporter.ts';

const folder = new URL('./reporters/', import.meta.url);

/** The names of all reporters, sorted. */
export async function reporterNames(): Promise<readonly string[]> {
  return [...(await reporterFiles()).keys()];
}

/** @throws UsageError `UNKNOWN_REPORTER` with the names there are. */
export async function loadReporter(name: string): Promise<ReporterModule> {
  const files = await reporterFiles();
  const file = files.get(name);
  if (file === undefined) throw unknownReporter(name, [...files.keys()]);
  const { default: reporter } = (await import(new URL(file, folder).href)) as { readonly default: ReporterModule };
  return reporter;
}

/** Reporters by name, each once, in the order they are named. */
export async function createReporters(names: readonly string[], context: ReporterContext): Promise<readonly Reporter[]> {
  const modules = await Promise.all([...new Set(names)].map(loadReporter));
  return modules.map((module) => module.create(context));
}

async function reporterFiles(): Promise<ReadonlyMap<string, string>> {
  const files = (await readdir(folder)).filter((file) => /^[a-z][a-z-]*\.(ts|js)$/.test(file)).sort();
  return new Map(files.map((file) => [file.replace(/\.\w+$/, ''), file]));
}

function unknownReporter(name: string, known: readonly string[]): UsageError {
  return new UsageError('UNKNOWN_REPORTER', `there is no reporter "${name}"`, { hint: suggest(name, known, 'reporters') });
}
