// The JSON documents of an image: index, manifest, configuration, and the file that marks a layout.
// https://github.com/opencontainers/image-spec (1.1.1) and Docker's schema 2 of the same documents. Unknown keys are
// kept out, as the specification asks; wrong types are refused.
import * as z from 'zod';

/** `sha256:…` or `sha512:…`: never a path. */
export const DigestSchema = z.string().regex(/^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/, 'expected a sha256 or sha512 digest');

const PlatformSchema = z.object({ architecture: z.string(), os: z.string(), variant: z.string().optional() });
export type Platform = z.infer<typeof PlatformSchema>;

const DescriptorSchema = z.object({
  mediaType: z.string().default(''),
  digest: DigestSchema,
  size: z.int().nonnegative(),
  platform: PlatformSchema.optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
export type Descriptor = z.infer<typeof DescriptorSchema>;

export const IndexSchema = z.object({ schemaVersion: z.literal(2), mediaType: z.string().optional(), manifests: z.array(DescriptorSchema) });
export type Index = z.infer<typeof IndexSchema>;

export const ManifestSchema = z.object({ schemaVersion: z.literal(2), mediaType: z.string().optional(), config: DescriptorSchema, layers: z.array(DescriptorSchema) });
export type Manifest = z.infer<typeof ManifestSchema>;

const words = z.array(z.string()).nullish().transform((value) => value ?? undefined);

/** What a builder needs of an image's configuration; `User`, `Volumes` and ports are not used. */
export const ImageConfigSchema = z.object({
  architecture: z.string().optional(),
  os: z.string().optional(),
  variant: z.string().optional(),
  config: z
    .object({
      Entrypoint: words,
      Cmd: words,
      Env: words,
      WorkingDir: z.string().optional(),
      Labels: z.record(z.string(), z.string()).nullish().transform((value) => value ?? undefined),
    })
    .nullish()
    .transform((value) => value ?? undefined),
  /** Digests of the uncompressed layers. */
  rootfs: z.object({ diff_ids: z.array(DigestSchema).nullish().transform((value) => value ?? []) }).optional(),
});
export type ImageConfig = z.infer<typeof ImageConfigSchema>;

export const LayoutSchema = z.object({ imageLayoutVersion: z.literal('1.0.0') });

/** Whether a document is an index: by its media type, else by what it holds. */
export function isIndex(document: unknown): boolean {
  const { mediaType, manifests } = z.object({ mediaType: z.string().optional(), manifests: z.unknown() }).partial().catch({}).parse(document);
  if (mediaType !== undefined) return /(image\.index\.v1|manifest\.list\.v2)\+json$/.test(mediaType);
  return Array.isArray(manifests);
}
