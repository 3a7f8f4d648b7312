// The segments of an image: one for each source, wherever its files ended up, one for the YAML's own `files:`, one for
// what the builder writes itself. An image is composed of outlines; a segment the cache has for these very entries is not written again.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { CpioOptions } from '../archive/cpio.ts';
import { contentSize, plainDirectory, type Content, type Inode } from '../archive/entry.ts';
import { createTree, list, type Tree } from '../archive/rootfs.ts';
import type { Cache } from '../cache/store.ts';
import { InternalError } from '../model/errors.ts';
import { composeTree, writtenTexts } from './compose.ts';
import { numberInodes, outlineOf, readOutline, verifyOutline } from './outline.ts';
import { mapInodes, takeApart, treeIdentity } from './parts.ts';
import { describeImage, planIdentity, sourceOf, type ImageBuilderContext, type ImagePlan } from './plan.ts';
import type { ContainerImage } from './sections/containers.ts';
import { buildSegment, findSegment, segmentKey, type BuiltSegment } from './segment.ts';

/** Attributes of folders that are not like those nobody described, for who lays files over the image. */
export type Folders = Readonly<Record<string, { readonly mode: number; readonly uid: number; readonly gid: number }>>;

export interface ImageSegments {
  readonly segments: readonly BuiltSegment[];
  readonly folders: Folders;
}

/** What the cache keeps of an image: where its segments are. */
interface ImageRecord {
  readonly segments: readonly string[];
  readonly folders: Folders;
}

const RECORD = 'image';
const SEGMENT = 'segment';

/** The segments of a planned image, from the cache where it has them. */
export async function imageSegments(plan: ImagePlan, context: ImageBuilderContext, signal: AbortSignal): Promise<ImageSegments> {
  const { cache } = context;
  const describe = (ref: string): ContainerImage => describeImage(plan, ref, context.parseYaml);
  const key = segmentKey([planIdentity(plan), writtenTexts({ doc: plan.yaml, describe, placeOf: plan.placeOf })]);
  for (let tries = 0; tries < 3; tries += 1) {
    try {
      const place = await cache.entry(RECORD, key, async (temporary) => writeFile(temporary, JSON.stringify(await compose(plan, context, signal))), signal);
      const found = await openRecord(place, cache);
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof StaleOutline)) throw error;
    }
    await cache.drop(RECORD, key);
  }
  throw new InternalError(`the image ${key} is damaged as soon as it is made`);
}

/** Undefined where the record or one of its segments is gone or not whole. */
async function openRecord(place: string, cache: Cache): Promise<ImageSegments | undefined> {
  const text = await readFile(place, 'utf8');
  if (!text.endsWith('}')) return undefined;
  const { segments, folders } = JSON.parse(text) as ImageRecord;
  const found = await Promise.all(segments.map((key) => findSegment(cache, SEGMENT, key)));
  const whole = found.flatMap((segment) => segment ?? []);
  return whole.length === found.length ? { segments: whole, folders } : undefined;
}

/** One use of a source in the image: each has inodes of its own, so that every entry is known to come from one of them. */
interface Use {
  readonly ref: string;
  readonly outline: string;
  readonly numbers: Map<Inode, number>;
}

/** The outline that was kept of a source is not that of its tree: an older version of the code made it. */
class StaleOutline extends Error {}

async function compose(plan: ImagePlan, context: ImageBuilderContext, signal: AbortSignal): Promise<ImageRecord> {
  const uses: Use[] = [];
  const useOf = new Map<Inode, Use>();
  const tree = await composeTree({
    doc: plan.yaml,
    withKernel: plan.withKernel === true,
    placeOf: plan.placeOf,
    files: plan.files,
    describe: (ref) => describeImage(plan, ref, context.parseYaml),
    async treeOf(ref) {
      const use: Use = { ref, outline: await outlineOf(sourceOf(plan, ref), context.cache, signal), numbers: new Map() };
      uses.push(use);
      return readOutline(use.outline, (inode, number) => {
        use.numbers.set(inode, number);
        useOf.set(inode, use);
      });
    },
  });
  const ofFiles = new Set(plan.files.map(({ inode }) => inode));
  const parts = takeApart(tree, (inode) => useOf.get(inode) ?? (ofFiles.has(inode) ? 'files' : 'rest'));
  // As with LinuxKit: a root folder that no image describes stays as the kernel made it, which may be writable for all. Folders and packages do describe it.
  const write = (plan.yaml.init ?? []).every((ref) => sourceOf(plan, ref).image !== undefined) && isDeepStrictEqual(tree.root.inode, plainDirectory) ? { withoutRoot: true } : {};
  const keys: string[] = [];
  // Most of the time goes into reading and hashing, which several at once would only share.
  for (const [origin, part] of parts.size === 0 ? [['rest', createTree()] as const] : steadyFirst(parts, plan)) {
    signal.throwIfAborted();
    keys.push(await (typeof origin === 'string' ? ownSegment(part, write, plan, context, signal) : sourceSegment(part, write, origin, plan, context, signal)));
  }
  return { segments: keys, folders: unusualFolders(tree) };
}

/** What people edit comes last: of a file of segments in this order only the end changes, and only that is written anew. */
function steadyFirst<Origin extends Use | 'files' | 'rest'>(parts: ReadonlyMap<Origin, Tree>, plan: ImagePlan): readonly (readonly [Origin, Tree])[] {
  const rank = (origin: Origin): number => {
    if (origin === 'rest') return 1;
    if (origin === 'files') return 2;
    return typeof origin === 'object' && sourceOf(plan, origin.ref).ref.startsWith('dir:') ? 3 : 0;
  };
  return [...parts].sort(([one], [other]) => rank(one) - rank(other));
}

/** The segment of what came from one source; its files are looked up only to be written. */
async function sourceSegment(part: Tree, write: CpioOptions, use: Use, plan: ImagePlan, { cache, compress }: ImageBuilderContext, signal: AbortSignal): Promise<string> {
  const source = sourceOf(plan, use.ref);
  const key = segmentKey([source.digest, treeIdentity(part, contentSize), write]);
  await buildSegment(cache, SEGMENT, key, async () => {
    const real = await source.tree(signal);
    if (!(await verifyOutline(source, real, use.outline, cache))) throw new StaleOutline();
    const inodes = numberInodes(real);
    return mapInodes(part, (inode) => (inode.type === 'file' ? (inodes[use.numbers.get(inode) ?? -1] ?? inode) : inode));
  }, { ...write, compress }, signal);
  return key;
}

/** The segment of files whose content is at hand. */
async function ownSegment(part: Tree, write: CpioOptions, plan: ImagePlan, { cache, compress }: ImageBuilderContext, signal: AbortSignal): Promise<string> {
  const digests = new Map<Content, string>();
  for (const { inode, digest } of plan.files) if (inode.type === 'file') digests.set(inode.content, digest);
  const key = segmentKey([treeIdentity(part, (content) => digests.get(content) ?? contentIdentity(content, cache)), write]);
  await buildSegment(cache, SEGMENT, key, () => Promise.resolve(part), { ...write, compress }, signal);
  return key;
}

/** Slices of archives in the cache are named by where they lie in it: that follows from the digest of the archive. */
function contentIdentity(content: Content, cache: Cache): unknown {
  if (content.kind === 'slice') return { ...content, path: relative(cache.root, content.path) };
  return createHash('sha256').update(content.bytes).digest('hex');
}

function unusualFolders(tree: Tree): Folders {
  const folders: Record<string, Folders[string]> = {};
  for (const { path, inode } of list(tree)) {
    if (inode.type !== 'directory' || path === '' || path.startsWith('containers/')) continue;
    const { mode, uid, gid } = inode;
    if (mode !== plainDirectory.mode || uid !== 0 || gid !== 0) folders[path] = { mode, uid, gid };
  }
  return folders;
}
