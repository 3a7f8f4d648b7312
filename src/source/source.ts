// How image references become file trees: one file in transports/ for each transport, found by its name.
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { AptPackage } from '../apt/package.ts';
import type { LockedRequest } from '../apt/locked.ts';
import type { Entry } from '../archive/entry.ts';
import type { Tree } from '../archive/rootfs.ts';
import type { Cache } from '../cache/store.ts';
import type { Arch } from '../model/arch.ts';
import { HarnessError, located } from '../model/errors.ts';
import type { Progress } from '../model/events.ts';
import type { OciImage } from '../oci/image.ts';
import type { ImageConfig } from '../oci/manifest.ts';
import { parseReference, type Reference, type TransportName } from '../oci/reference.ts';
import type { Registry } from '../registry/registry.ts';

/** The part of the apt client that images need. */
export interface ImageApt {
  resolve(request: LockedRequest, signal?: AbortSignal): Promise<readonly AptPackage[]>;
  fetch(pkg: AptPackage, signal?: AbortSignal): Promise<string>;
}

export interface TransportContext {
  readonly cache: Cache;
  readonly apt: ImageApt;
  readonly registry: Registry;
  /** Debian suite of `apt:` references that name none. */
  readonly suite: string;
  readonly progress: Progress;
  readonly arch: Arch;
  /** Folder of the YAML file: paths in references are relative to it. */
  readonly baseDir: string;
}

/** What a reference stands for on this machine and architecture. */
export interface Source {
  /** The reference as it was written. */
  readonly ref: string;
  /** Equal digests have equal trees. */
  readonly digest: string;
  readonly config?: ImageConfig;
  /** The image behind the reference, for transports that have one. */
  readonly image?: OciImage;
  /** Reads the tree; files stay where they lie. */
  tree(signal: AbortSignal): Promise<Tree>;
  /** The layers one by one, the lowest first, for who needs more than the tree they make. */
  layers?(signal: AbortSignal): Promise<readonly LayerArchive[]>;
}

/** A layer as it lies in the cache. */
export interface LayerArchive {
  /** Digest of the layer as the manifest names it, compressed or not. */
  readonly digest: string;
  /** Its uncompressed tar archive, up to the marker at its end: what may follow there is verified but not kept. */
  readonly path: string;
  readonly entries: readonly Entry[];
}

/** What runs in a folder or in packages, which have no configuration of their own, finds its programs. */
export const plainConfig: ImageConfig = { config: { Entrypoint: undefined, Cmd: undefined, Labels: undefined, Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'] } };

/** `{arch}` in a path picks the files of the cell's architecture. */
export const pathFor = (path: string, { arch, baseDir }: TransportContext): string => resolve(baseDir, path.replaceAll('{arch}', arch.name));

/** Default export of each file in transports/. */
export type Transport<Name extends TransportName = TransportName> = (
  reference: Extract<Reference, { readonly transport: Name }>,
  context: TransportContext,
  signal: AbortSignal,
) => Promise<Source>;

const folder = new URL('transports/', import.meta.url);
const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

/**
 * Finds what a reference stands for.
 * @throws HarnessError of the transport, its message beginning with the reference; `IMAGE_TRANSPORT_UNSUPPORTED`
 */
export async function resolveSource(text: string, context: TransportContext, signal: AbortSignal): Promise<Source> {
  const reference = parseReference(text);
  if ('problem' in reference) throw new HarnessError('IMAGE_REFERENCE_INVALID', reference.problem);
  const transport = await loadTransport(reference);
  return named(text, async () => {
    const source = await transport(reference, context, signal);
    const layers = source.layers?.bind(source);
    return {
      ...source,
      tree: (inner) => named(text, () => source.tree(inner)),
      ...(layers === undefined ? {} : { layers: (inner: AbortSignal) => named(text, () => layers(inner)) }),
    };
  });
}

async function loadTransport(reference: Reference): Promise<Transport> {
  const names = await transportsHere();
  if (!names.includes(reference.transport)) {
    throw new HarnessError('IMAGE_TRANSPORT_UNSUPPORTED', `${reference.text}: images cannot be taken from ${reference.transport === 'docker' ? 'registries' : `${reference.transport}:`} yet`, {
      hint: `references that work begin with ${names.map((name) => `${name}:`).join(', ')}; \`skopeo copy\` makes an oci: folder of any other`,
    });
  }
  const module = (await import(new URL(`${reference.transport}${ending}`, folder).href)) as { default: Transport };
  return module.default;
}

async function transportsHere(): Promise<string[]> {
  const files = await readdir(folder);
  return files.filter((file) => file.endsWith(ending) && !file.endsWith('.d.ts')).map((file) => file.slice(0, -ending.length)).sort();
}

async function named<T>(text: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw located(error, text);
  }
}
