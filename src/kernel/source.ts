// What a kernel source is: one file in sources/ for each `source.type` of kernels/NAME.yaml, found by its name.
import type { LockedApt } from '../apt/locked.ts';
import type { Arch } from '../model/arch.ts';
import { HarnessError } from '../model/errors.ts';
import type { KernelSource as SourceSpec, KernelSpec } from '../model/kernel.ts';
import type { TransportContext } from '../source/source.ts';

/** What sources may use: what images are taken from, and the apt client with the lock file. */
export interface SourceContext extends Omit<TransportContext, 'arch' | 'baseDir'> {
  readonly apt: LockedApt;
}

/** Files of a kernel as a source delivers them; the resolver inspects them. All paths are absolute. */
export interface KernelFiles {
  /** QEMU can load it: unpacked already. */
  readonly image: string;
  readonly config?: string;
  /** Folder of one release's modules, with depmod's files. */
  readonly modules?: string;
  /** Its symbols, where the source has them. */
  readonly symbols?: string;
  /** `sha256:…` of everything that went in. */
  readonly digest: string;
  readonly origin: string;
  /** Release by the source's own knowledge (a folder's or package's name), where the image does not tell. */
  readonly release?: string;
}

/** Type of source S, such as `apt`. */
export type SpecOf<T extends SourceSpec['type']> = Extract<SourceSpec, { readonly type: T }>;

export interface KernelSource<S extends SourceSpec = SourceSpec> {
  readonly type: S['type'];
  /** Architectures the source names; undefined: it does not say. */
  archs(source: S): readonly string[] | undefined;
  /** Puts the files on this machine. */
  fetch(spec: KernelSpec, source: S, arch: Arch, context: SourceContext, signal: AbortSignal): Promise<KernelFiles>;
  /** The pinned state without network, for people; undefined when nothing is pinned or cached yet. */
  describe(source: S, arch: Arch, context: SourceContext): Promise<string | undefined>;
}

/** The value for an architecture of a field that holds one value or one for each architecture. */
export function forArch<T>(value: T | Readonly<Record<string, T>>, arch: Arch): T | undefined {
  if (!isPerArch<T>(value)) return value;
  const key = [arch.name, ...arch.aliases].find((name) => Object.hasOwn(value, name));
  return key === undefined ? undefined : value[key];
}

/** Names under which such a field has values; undefined where one value serves all. */
export function archNames(value: unknown): readonly string[] | undefined {
  return isPerArch<unknown>(value) ? Object.keys(value) : undefined;
}

/** The error for an architecture that the source does not have. */
export function noSuchArch(spec: KernelSpec, arch: Arch, names: readonly string[] | undefined): HarnessError {
  return new HarnessError('KERNEL_NO_ARCH', `kernel ${spec.name} has no source for ${arch.name}`, {
    hint: `${spec.file} names ${names === undefined || names.length === 0 ? 'none' : names.join(', ')}; add ${arch.name} there or leave the architecture out`,
  });
}

/** A remote file is an object too: it is told by its `url`. */
function isPerArch<T>(value: T | Readonly<Record<string, T>>): value is Readonly<Record<string, T>> {
  return typeof value === 'object' && value !== null && !('url' in value && typeof value.url === 'string');
}
