// What an output format is, and how one is found by its name: each is one file of formats/, and only those asked for
// are loaded. File names are LinuxKit's (`linuxkit build --format`), so that scripts around it find what they look for.
import { readdir } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Arch } from '../model/arch.ts';
import { HarnessError, UsageError } from '../model/errors.ts';
import { suggest } from '../model/suggest.ts';
import type { FormatContext, SystemParts } from './context.ts';
import type { Loader } from './loader.ts';
import { requireTools, type Tool } from './tool.ts';

export interface Format {
  readonly name: string;
  /** One line for `--help` and lists. */
  readonly summary: string;
  /** The files it makes, for a base name. */
  files(base: string, arch: Arch): readonly string[];
  readonly tools: readonly Tool[];
  /** It is written from the tree and has no use for compressed segments. */
  readonly fromTree?: true;
  /** Files of boot loaders that go into it. */
  loaders?(arch: Arch): readonly Loader[];
  /** Why it cannot be made for an architecture; undefined when it can. */
  unfit?(arch: Arch): string | undefined;
  /** Writes its files beside `base`, an absolute path without ending, and gives their paths. */
  write(system: SystemParts, base: string, context: FormatContext, signal: AbortSignal): Promise<readonly string[]>;
}

export type { FormatContext, SystemParts } from './context.ts';

const folder = new URL('./formats/', import.meta.url);
/** `.ts` as it is written, `.js` as it is built. */
const ending = extname(import.meta.url);

/** The names of all formats, sorted. */
export async function listFormats(): Promise<readonly string[]> {
  const files = await readdir(folder);
  return files.filter((file) => file.endsWith(ending) && !file.endsWith(`.d${ending}`)).map((file) => file.slice(0, -ending.length)).sort();
}

/** @throws UsageError `UNKNOWN_FORMAT` with the formats there are. */
export async function loadFormat(name: string): Promise<Format> {
  const known = await listFormats();
  if (!known.includes(name)) throw new UsageError('UNKNOWN_FORMAT', `there is no output format "${name}"`, { hint: suggest(name, known, 'formats') });
  const { default: format } = (await import(/* @vite-ignore */ new URL(`${name}${ending}`, folder).href)) as { readonly default: Format };
  return format;
}

/**
 * Finds out whether a format can be made here for an architecture, before anything is built.
 * @throws HarnessError `FORMAT_UNFIT`, or `TOOL_MISSING` with everything that has to be installed.
 */
export function checkFormat(format: Format, arch: Arch): void {
  const unfit = format.unfit?.(arch);
  if (unfit !== undefined) throw new UsageError('FORMAT_UNFIT', `${format.name} cannot be made for ${arch.name}: ${unfit}`, { hint: 'leave the format out for this architecture' });
  requireTools(format.name, format.tools);
}

/** Checks and writes. */
export async function writeFormat(format: Format, system: SystemParts, base: string, context: FormatContext, signal: AbortSignal): Promise<readonly string[]> {
  checkFormat(format, system.arch);
  return format.write(system, base, context, signal);
}

/** The kernel of a system, for formats that are nothing without one. */
export function requireKernel(system: SystemParts, format: string): string {
  if (system.kernel !== undefined) return system.kernel;
  throw new HarnessError('FORMAT_NEEDS_KERNEL', `${system.name} has no kernel, which ${format} needs`, { hint: 'give the YAML a kernel section, or choose one with --kernel; the format tar does without' });
}
