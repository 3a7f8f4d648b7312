// From LinuxKit YAML to the segments of an initrd. Sources are found first, which is quick when nothing changed; what the
// cache has for exactly these sources is not made again.
import type { Image } from '../model/image.ts';
import { extraSegment, type ExtraFile } from './extra.ts';
import { modulesSegment, type ModulesRequest } from './modules.ts';
import { planImage, type DocumentRequest, type ImageBuilderContext } from './plan.ts';
import { isDerived } from './sections/derived.ts';
import { addSegment, imageDigest, type BuiltSegment } from './segment.ts';
import { imageSegments } from './segments.ts';
import type { System, SystemRequest } from './system.ts';

export type { ImageBuilderContext } from './plan.ts';

export interface ImageRequest extends DocumentRequest {
  /** Files laid over the image, in a segment of their own: the image's are not made anew for them. */
  readonly extra?: readonly ExtraFile[];
}

export interface ImageBuilder {
  /** Root file system (and extra files) of an image. */
  rootfs(request: ImageRequest, signal: AbortSignal): Promise<Image>;
  /** Kernel modules as a segment for `withModules`; undefined where there are none. */
  modules(request: ModulesRequest, signal: AbortSignal): Promise<BuiltSegment | undefined>;
  /** A whole system with its kernel, to write formats from. */
  system(request: SystemRequest, signal: AbortSignal): Promise<System>;
}

/** Creates a builder. It does nothing until asked. */
export function createImageBuilder(context: ImageBuilderContext): ImageBuilder {
  return {
    async rootfs(request, signal) {
      const plan = await planImage(request, context, signal);
      const { segments, folders } = await imageSegments(plan, context, signal);
      const cmdline = splitCmdline(request.yaml.kernel?.cmdline ?? '');
      const image: Image = {
        segments: segments.map(({ path, digest, bytes }) => ({ path, digest, bytes })),
        cmdline,
        digest: imageDigest(segments, cmdline),
        unpackedBytes: segments.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0),
        sources: [...plan.sources].filter(([key]) => !isDerived(key)).map(([, source]) => ({ ref: source.ref, digest: source.digest })),
      };
      if (request.extra === undefined || request.extra.length === 0) return image;
      return addSegment(image, await extraSegment(request.extra, folders, context, signal));
    },
    modules: (request, signal) => modulesSegment(request, context.cache, signal),
    system: async (request, signal) => (await import('./system.ts')).buildSystem(request, context, signal),
  };
}

/** Words of a kernel command line; blanks inside double quotes do not separate, as the kernel sees it. */
export function splitCmdline(text: string): readonly string[] {
  return text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
}
