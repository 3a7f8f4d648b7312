// Writes OCI image layouts for tests, good ones and damaged ones.
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { collect } from '../archive/trees.ts';

export interface LayerEntry {
  readonly name: string;
  readonly content?: string;
  readonly type?: 'file' | 'symlink' | 'link' | 'directory';
  readonly linkname?: string;
}

/** A tar archive of the entries as they are, however bad their names. */
export async function layerOf(entries: readonly LayerEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const { name, content = '', type = 'file', linkname } of entries) archive.entry({ name, type, mtime: new Date(0), ...(linkname === undefined ? {} : { linkname }) }, content);
  archive.finalize();
  return collect(archive as AsyncIterable<Uint8Array>);
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface LayoutFolder {
  readonly folder: string;
  blob(bytes: Uint8Array, mediaType?: string): Promise<Descriptor>;
  json(value: unknown, mediaType?: string): Promise<Descriptor>;
  /** A manifest with its configuration and layers. */
  image(layers: readonly Uint8Array[], platform?: string, config?: object): Promise<Descriptor>;
  index(manifests: readonly object[]): Promise<void>;
}

export async function createLayout(folder: string): Promise<LayoutFolder> {
  await mkdir(join(folder, 'blobs/sha256'), { recursive: true });
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const layout: LayoutFolder = {
    folder,
    async blob(bytes, mediaType = 'application/octet-stream') {
      const hex = createHash('sha256').update(bytes).digest('hex');
      await writeFile(join(folder, 'blobs/sha256', hex), bytes);
      return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
    },
    json: (value, mediaType) => layout.blob(Buffer.from(JSON.stringify(value)), mediaType),
    async image(layers, platform = 'linux/amd64', config = {}) {
      const [os = '', architecture = '', variant] = platform.split('/');
      const described = { os, architecture, ...(variant === undefined ? {} : { variant }) };
      const configuration = await layout.json({ ...described, config, rootfs: { type: 'layers', diff_ids: layers.map(diffId) } }, 'application/vnd.oci.image.config.v1+json');
      const blobs = [];
      for (const layer of layers) blobs.push(await layout.blob(layer, 'application/vnd.oci.image.layer.v1.tar'));
      const manifest = await layout.json({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config: configuration, layers: blobs }, 'application/vnd.oci.image.manifest.v1+json');
      return { ...manifest, platform: described };
    },
    index: (manifests) => writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests })),
  };
  return layout;
}

/** Digest of the uncompressed layer; layers that are broken on purpose get the one of their bytes. */
function diffId(layer: Uint8Array): string {
  let plain = layer;
  if (layer[0] === 0x1f && layer.length < 1 << 20) {
    try {
      plain = gunzipSync(layer, { maxOutputLength: 1 << 26 });
    } catch {
      // Nobody compares it.
    }
  }
  return `sha256:${createHash('sha256').update(plain).digest('hex')}`;
}
