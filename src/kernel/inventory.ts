// What `kit-test kernels` shows and does: the kernels of a project with what is pinned and what is on this machine.
import { stat } from 'node:fs/promises';
import type { Arch } from '../model/arch.ts';
import { HarnessError } from '../model/errors.ts';
import type { Kernel, KernelSpec } from '../model/kernel.ts';
import { readModuleIndex } from './modules.ts';
import type { KernelResolver, ResolverContext } from './resolve.ts';
import { loadSource } from './sources.ts';

/** One kernel on one architecture. */
export interface KernelEntry {
  readonly name: string;
  readonly arch: string;
  readonly source: KernelSpec['source']['type'];
  readonly labels: readonly string[];
  /** What is pinned or named: `linux-image-6.1.0-50-cloud-amd64 6.1.176-1 (Debian bookworm)`; undefined: not resolved yet. */
  readonly pinned?: string;
}

export interface KernelOutcome {
  readonly name: string;
  readonly arch: string;
  readonly kernel?: Kernel;
  readonly error?: HarnessError;
  /** What was pinned before, where an update changed it. */
  readonly before?: string;
}

/** A kernel in full, for `kernels show`. */
export interface KernelDetails {
  readonly kernel: Kernel;
  readonly imageBytes: number;
  /** Modules with a file, and those built in. */
  readonly modules: number;
  readonly builtin: number;
}

/** A kernel of the project on an architecture it exists for. */
export interface Wanted {
  readonly spec: KernelSpec;
  readonly arch: Arch;
}

/** Every kernel with every architecture it names, in the order given. */
export async function wantedKernels(specs: readonly KernelSpec[], archs: readonly Arch[]): Promise<readonly Wanted[]> {
  const all: Wanted[] = [];
  for (const spec of specs) {
    const named = spec.arch ?? (await loadSource(spec.source.type)).archs(spec.source);
    for (const arch of archs) {
      if (named === undefined || named.some((name) => name === arch.name || arch.aliases.includes(name))) all.push({ spec, arch });
    }
  }
  return all;
}

/** What is pinned, without network. */
export async function listKernels(wanted: readonly Wanted[], context: ResolverContext): Promise<readonly KernelEntry[]> {
  return Promise.all(wanted.map(async ({ spec, arch }): Promise<KernelEntry> => {
    const pinned = await (await loadSource(spec.source.type)).describe(spec.source, arch, context);
    return { name: spec.name, arch: arch.name, source: spec.source.type, labels: spec.labels, ...(pinned === undefined ? {} : { pinned }) };
  }));
}

/**
 * Puts kernels on this machine; one that fails does not keep the others from it.
 * With a client made with `update`, this is also `kernels update`: `before` tells what was pinned.
 */
export async function fetchKernels(wanted: readonly Wanted[], resolve: KernelResolver, context: ResolverContext, signal: AbortSignal): Promise<readonly KernelOutcome[]> {
  const outcomes: KernelOutcome[] = [];
  for (const { spec, arch } of wanted) {
    const id = { name: spec.name, arch: arch.name };
    const before = await (await loadSource(spec.source.type)).describe(spec.source, arch, context);
    try {
      const kernel = await resolve(spec, arch, signal);
      outcomes.push({ ...id, kernel, ...(before === undefined || before === kernel.origin ? {} : { before }) });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HarnessError)) throw error;
      outcomes.push({ ...id, error });
    }
  }
  return outcomes;
}

/** Looks closer at a kernel that is here. */
export async function showKernel(kernel: Kernel): Promise<KernelDetails> {
  const index = kernel.modules === undefined ? undefined : await readModuleIndex(kernel.modules);
  return { kernel, imageBytes: (await stat(kernel.image)).size, modules: index?.paths.size ?? 0, builtin: index?.builtin.size ?? 0 };
}
