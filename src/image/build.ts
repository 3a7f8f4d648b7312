// From LinuxKit YAML to the segments of an initrd. Sources are found first, which is quick when nothing changed; their
// trees are read and the segment is written only when the cache has none for exactly these sources.
import { attach, createTree, merge, put, type Tree } from '../archive/rootfs.ts';
import { plainDirectory, textFile } from '../archive/entry.ts';
import type { Cache } from '../cache/store.ts';
import type { Arch } from '../model/arch.ts';
import { InternalError } from '../model/errors.ts';
import type { Progress } from '../model/events.ts';
import type { Image } from '../model/image.ts';
import { goJson } from '../oci/json.ts';
import { labelOptions } from '../oci/label.ts';
import { extraSegment, type ExtraFile } from './extra.ts';
import { sections, type LinuxkitDocument } from './linuxkit/schema.ts';
import { modulesSegment, type ModulesRequest } from './modules.ts';
import { bundleConfigs, containerIds, type Bundle } from './sections/containers.ts';
import { placeFiles, readFiles, type ReadyFile } from './sections/files.ts';
import { shellEntry } from './sections/shell-entry.ts';
import { placeVolumes } from './sections/volumes.ts';
import { addSegment, buildSegment, imageDigest, segmentKey, type BuiltSegment } from './segment.ts';
import { addStandardFiles, dropLeftovers, type Role } from './standard-files.ts';
import { resolveSource, type ImageApt, type Source } from '../source/source.ts';

export interface ImageBuilderContext {
  readonly cache: Cache;
  readonly apt: ImageApt;
  readonly progress: Progress;
  /** Debian suite of `apt:` references that name none. */
  readonly suite: string;
  /** Reads the YAML of image labels: any value; throws on text that is no YAML. */
  readonly parseYaml: (text: string) => unknown;
}

export interface ImageRequest {
  /** Accepted by LinuxkitSchema and checkLinuxkit. */
  readonly yaml: LinuxkitDocument;
  /** Folder of the YAML file. */
  readonly baseDir: string;
  readonly arch: Arch;
  /** Files laid over the image, in a segment of their own: the image's is not made anew for them. */
  readonly extra?: readonly ExtraFile[];
}

export interface ImageBuilder {
  /** Root file system (and extra files) of an image. */
  rootfs(request: ImageRequest, signal: AbortSignal): Promise<Image>;
  /** Kernel modules as a segment for `withModules`; undefined where there are none. */
  modules(request: ModulesRequest, signal: AbortSignal): Promise<BuiltSegment | undefined>;
}

/** Creates a builder. It does nothing until asked. */
export function createImageBuilder(context: ImageBuilderContext): ImageBuilder {
  return {
    async rootfs(request, signal) {
      const plan = await planRootfs(request, context, signal);
      const key = segmentKey([decisive(request.yaml), request.arch.name, [...plan.sources.values()].map(({ ref, digest }) => [ref, digest]), plan.files.map(({ path, digest }) => [path, digest])]);
      const segment = await buildSegment(context.cache, 'rootfs', key, () => composeRootfs(request.yaml, plan, context, signal), {}, signal);
      const cmdline = splitCmdline(request.yaml.kernel?.cmdline ?? '');
      const { path, digest, bytes, unpackedBytes } = segment;
      const image: Image = {
        segments: [{ path, digest, bytes }],
        cmdline,
        digest: imageDigest([segment], cmdline),
        unpackedBytes,
        sources: [...plan.sources.values()].map((source) => ({ ref: source.ref, digest: source.digest })),
      };
      if (request.extra === undefined || request.extra.length === 0) return image;
      return addSegment(image, await extraSegment(request.extra, context, signal));
    },
    modules: (request, signal) => modulesSegment(request, context.cache, signal),
  };
}

/** Words of a kernel command line; blanks inside double quotes do not separate, as the kernel sees it. */
export function splitCmdline(text: string): readonly string[] {
  return text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
}

/** What of a document decides its files: without a copy of the document itself among them, the kernel's section does not. */
function decisive(doc: LinuxkitDocument): LinuxkitDocument {
  return doc.files?.some(({ metadata }) => metadata !== undefined) === true ? doc : { ...doc, kernel: undefined, trust: undefined, outputs: undefined };
}

interface Plan {
  readonly sources: ReadonlyMap<string, Source>;
  readonly files: readonly ReadyFile[];
}

async function planRootfs(request: ImageRequest, context: ImageBuilderContext, signal: AbortSignal): Promise<Plan> {
  const { yaml } = request;
  const refs = new Set([...(yaml.init ?? []), ...(yaml.volumes ?? []).flatMap(({ image }) => image ?? []), ...sections.flatMap((section) => (yaml[section] ?? []).map(({ image }) => image))]);
  if (yaml.trust !== undefined) context.progress.notice('trust: in LinuxKit YAML is not used any more: images are identified by their digests');
  if (yaml.outputs !== undefined) context.progress.notice('outputs: in LinuxKit YAML is not used here: an image is built for its kernel');
  const sources = new Map<string, Source>();
  // One after another: several of them would wait for the same package index.
  for (const ref of refs) sources.set(ref, await resolveSource(ref, { ...context, arch: request.arch, baseDir: request.baseDir }, signal));
  const ids = containerIds(yaml);
  return { sources, files: await readFiles(yaml, { ...context, baseDir: request.baseDir, idOf: (name) => ids.get(name) }, signal) };
}

async function composeRootfs(doc: LinuxkitDocument, plan: Plan, context: ImageBuilderContext, signal: AbortSignal): Promise<Tree> {
  const source = (ref: string): Source => {
    const found = plan.sources.get(ref);
    if (found === undefined) throw new InternalError(`no source for ${ref}`);
    return found;
  };
  const treeOf = async (ref: string, role: Role): Promise<Tree> => {
    const tree = await source(ref).tree(signal);
    dropLeftovers(tree, role);
    return tree;
  };
  const complete = async (ref: string, role: Role): Promise<Tree> => {
    const tree = await treeOf(ref, role);
    addStandardFiles(tree, role);
    return tree;
  };

  const root = createTree();
  for (const ref of doc.init ?? []) merge(root, await treeOf(ref, 'system'));
  if ((doc.init ?? []).length > 0) addStandardFiles(root, 'system');
  await placeVolumes(root, doc, (ref) => complete(ref, 'system'));
  const bundles = bundleConfigs(doc, (ref) => {
    const { config } = source(ref);
    return { config, label: labelOptions(config, context.parseYaml) };
  });
  const forShell = (doc.init ?? []).includes('builtin:init');
  for (const bundle of bundles) await placeBundle(root, bundle, () => complete(bundle.container.image, 'container'), forShell);
  placeFiles(root, plan.files);
  return root;
}

async function placeBundle(root: Tree, bundle: Bundle, imageTree: () => Promise<Tree>, forShell: boolean): Promise<void> {
  if (bundle.carries) attach(root, bundle.root, await imageTree());
  put(root, `${bundle.path}/config.json`, textFile(goJson(bundle.config)));
  put(root, `${bundle.path}/runtime.json`, textFile(goJson(bundle.runtime)));
  if (forShell) put(root, `${bundle.path}/entry`, textFile(shellEntry(bundle)));
  for (const folder of bundle.folders) put(root, `${bundle.path}/${folder}`, plainDirectory);
}
