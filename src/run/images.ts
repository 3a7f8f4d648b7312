// The images of registries that a project's cases and kernels name: which there are, what is pinned, what is here.
import { join } from 'node:path';
import type { Arch } from '../model/arch.ts';
import { HarnessError } from '../model/errors.ts';
import type { Project } from '../model/project.ts';
import type { Cache } from '../cache/store.ts';
import { mapReferences } from '../image/linuxkit/references.ts';
import { forArch } from '../kernel/source.ts';
import { openLockFile } from '../lock/file.ts';
import { expandMatrix } from '../matrix/expand.ts';
import { archMatcher } from '../matrix/select.ts';
import { parseReference } from '../oci/reference.ts';
import type { DockerReference, Registry } from '../registry/registry.ts';
import { readImageSource } from './image-yaml.ts';

/** An image that the project uses. */
export interface WantedImage {
  /** In full, as the lock file has it. */
  readonly name: string;
  readonly reference: DockerReference;
  /** Architectures of the cells that use it. */
  readonly archs: readonly Arch[];
  /** `case NAME`, `kernel NAME`. */
  readonly usedBy: readonly string[];
}

export interface ListedImage {
  readonly name: string;
  readonly usedBy: readonly string[];
  /** What the lock file pins; the digest of a reference that has one. */
  readonly pinned: string | undefined;
  /** By architecture: whether all of it is in the cache. */
  readonly cached: Readonly<Record<string, boolean>>;
}

/** What became of one image. */
export interface ImageOutcome {
  readonly name: string;
  /** What the reference names. */
  readonly digest?: string;
  /** The pin that it replaces. */
  readonly before?: string;
  readonly archs: readonly string[];
  readonly error?: HarnessError;
}

/** The parts of a project's supplies that are needed here. */
export interface ImageSupplies {
  readonly cache: Cache;
  readonly registry: Registry;
}

/** Every image of a registry that the project's cells may need, by name. */
export async function wantedImages(project: Project, archs: readonly Arch[]): Promise<readonly WantedImage[]> {
  // Not imported above: the other commands share this folder's built file, and most of them need no registry.
  const { fullReference } = await import('../registry/registry.ts');
  const wanted = new Map<string, { readonly reference: DockerReference; readonly archs: Map<string, Arch>; readonly usedBy: Set<string> }>();
  const add = (text: string, arch: Arch, user: string): void => {
    const reference = parseReference(text);
    if ('problem' in reference || reference.transport !== 'docker') return;
    const name = fullReference(reference);
    const entry = wanted.get(name) ?? { reference, archs: new Map(), usedBy: new Set() };
    wanted.set(name, entry);
    entry.archs.set(arch.name, arch);
    entry.usedBy.add(user);
  };
  for (const { user, arch, texts } of await uses(project, archs)) texts.forEach((text) => add(text, arch, user));
  return [...wanted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, entry]) => ({ name, reference: entry.reference, archs: [...entry.archs.values()], usedBy: [...entry.usedBy].sort() }));
}

interface Use {
  readonly user: string;
  readonly arch: Arch;
  readonly texts: readonly string[];
}

async function uses(project: Project, archs: readonly Arch[]): Promise<readonly Use[]> {
  const cells = expandMatrix(project, archs).filter(({ skip }) => skip === undefined);
  const kernels = project.kernels.flatMap((kernel) => {
    const { source } = kernel;
    if (source.type !== 'oci') return [];
    return archs
      .filter((arch) => kernel.arch === undefined || [arch.name, ...arch.aliases].some((name) => kernel.arch?.includes(name)))
      .map((arch): Use => ({ user: `kernel ${kernel.name}`, arch, texts: [forArch<string>(source.image, arch) ?? []].flat() }));
  });
  const cases = await Promise.all(project.cases.map(async (testCase): Promise<readonly Use[]> => {
    const texts: string[] = [];
    mapReferences((await readImageSource(testCase)).yaml, (text) => {
      texts.push(text);
      return text;
    });
    // A project without kernels still names its architectures.
    const own = project.kernels.length === 0 ? archs.filter((arch) => project.harness.matrix.arch?.some((name) => archMatcher(name)(arch)) ?? true) : cells.filter((cell) => cell.case.name === testCase.name).map(({ arch }) => arch);
    return [...new Set(own)].map((arch) => ({ user: `case ${testCase.name}`, arch, texts }));
  }));
  return [...kernels, ...cases.flat()];
}

/** What is pinned and cached. `supplies` must be offline: nothing is asked for. */
export async function listImages(project: Project, wanted: readonly WantedImage[], supplies: ImageSupplies, signal: AbortSignal): Promise<readonly ListedImage[]> {
  const lock = lockOf(project, supplies.cache);
  return Promise.all(wanted.map(async ({ name, usedBy, reference, archs }) => ({
    name,
    usedBy,
    pinned: reference.digest ?? (await lock.images.get(name)),
    cached: Object.fromEntries(await Promise.all(archs.map(async (arch) => [arch.name, await isCached(reference, arch, supplies, signal)] as const))),
  })));
}

async function isCached(reference: DockerReference, arch: Arch, { registry }: ImageSupplies, signal: AbortSignal): Promise<boolean> {
  try {
    await registry.fetch(reference, arch.oci, signal);
    return true;
  } catch (error) {
    if (error instanceof HarnessError) return false;
    throw error;
  }
}

/**
 * Asks what every reference names now and pins it, when it has an image for each architecture that needs one.
 * References that have a digest need no pin.
 */
export async function lockImages(project: Project, wanted: readonly WantedImage[], supplies: ImageSupplies, signal: AbortSignal): Promise<readonly ImageOutcome[]> {
  const lock = lockOf(project, supplies.cache);
  return each(wanted, signal, async ({ name, reference, archs }) => {
    const { digest } = await supplies.registry.resolve(reference, { anew: true }, signal);
    for (const arch of archs) await supplies.registry.image(reference, arch.oci, signal);
    if (reference.digest !== undefined) return { digest };
    const before = await lock.images.get(name);
    if (!(await lock.images.set(name, digest))) throw new HarnessError('LOCK_READ_ONLY', `${lock.path} cannot be written`, { hint: 'make the file and its folder writable' });
    return { digest, ...(before === undefined || before === digest ? {} : { before }) };
  });
}

/** Puts every image into the cache, for each of its architectures. */
export async function fetchImages(wanted: readonly WantedImage[], supplies: ImageSupplies, signal: AbortSignal): Promise<readonly ImageOutcome[]> {
  return each(wanted, signal, async ({ reference, archs }) => {
    let digest: string | undefined;
    for (const arch of archs) ({ digest } = (await supplies.registry.fetch(reference, arch.oci, signal)).root);
    return digest === undefined ? {} : { digest };
  });
}

/** One after another: their layers are fetched side by side. A failure of one does not stop the others. */
async function each(wanted: readonly WantedImage[], signal: AbortSignal, work: (image: WantedImage) => Promise<Pick<ImageOutcome, 'digest' | 'before'>>): Promise<readonly ImageOutcome[]> {
  const outcomes: ImageOutcome[] = [];
  for (const image of wanted) {
    const outcome = { name: image.name, archs: image.archs.map(({ name }) => name) };
    try {
      outcomes.push({ ...outcome, ...(await work(image)) });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HarnessError)) throw error;
      outcomes.push({ ...outcome, error });
    }
  }
  return outcomes;
}

const lockOf = (project: Project, cache: Cache): ReturnType<typeof openLockFile> => openLockFile(join(project.root, 'kit-test.lock'), cache);
