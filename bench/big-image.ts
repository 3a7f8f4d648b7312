// Images of a given size for the benchmark, made on the spot and always the same: an OCI layout whose layers hold files that
// compress about as well as programs do.
import { createCipheriv, createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

const LAYERS = 5;

interface Blob {
  readonly path: string;
  readonly descriptor: object;
}

/** Writes a layout with one image of `bytes` unpacked bytes for x86_64; gives the paths of its layers. */
export async function writeBigImage(folder: string, bytes: number): Promise<readonly string[]> {
  await mkdir(join(folder, 'blobs/sha256'), { recursive: true });
  const blob = async (content: Uint8Array, mediaType: string): Promise<Blob> => {
    const hex = createHash('sha256').update(content).digest('hex');
    const path = join(folder, 'blobs/sha256', hex);
    await writeFile(path, content);
    return { path, descriptor: { mediaType, digest: `sha256:${hex}`, size: content.length } };
  };
  const layers = [];
  for (let index = 0; index < LAYERS; index += 1) layers.push(await blob(gzipSync(await layer(index, bytes / LAYERS), { level: 6 }), 'application/vnd.oci.image.layer.v1.tar+gzip'));
  const described = { architecture: 'amd64', os: 'linux' };
  const config = await blob(Buffer.from(JSON.stringify({ ...described, config: { Cmd: ['/bin/sh'] } })), 'application/vnd.oci.image.config.v1+json');
  const manifest = await blob(Buffer.from(JSON.stringify({ schemaVersion: 2, config: config.descriptor, layers: layers.map(({ descriptor }) => descriptor) })), 'application/vnd.oci.image.manifest.v1+json');
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest.descriptor, platform: described }] }));
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  return layers.map(({ path }) => path);
}

/** A tar archive of some thousand files, small ones and large ones, as systems have them. */
async function layer(index: number, bytes: number): Promise<Buffer> {
  const archive = pack();
  const collected = collect(archive as AsyncIterable<Uint8Array>);
  const content = contentMaker(index);
  for (let number = 0, left = bytes; left > 0; number += 1) {
    const size = Math.min(left, number % 40 === 0 ? 700_000 : 500 + ((number * 7919) % 16_000));
    archive.entry({ name: `usr/lib/part-${index}/${number % 97}/file-${number}`, mtime: new Date(1_492_533_000_000), mode: 0o644 }, content(size));
    left -= size;
  }
  archive.finalize();
  return collected;
}

/** Pieces of a dictionary and random bytes, seven to one: gzip -1 makes it less than half as large. */
function contentMaker(seed: number): (size: number) => Buffer {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed + 1), Buffer.alloc(16));
  const random = (size: number): Buffer => cipher.update(Buffer.alloc(size));
  const dictionary = random(24 * 1024);
  return (size) => {
    const result = random(size);
    const choices = random(Math.ceil(size / 32) * 2);
    for (let at = 0, choice = 0; at + 32 <= size; at += 32, choice += 2) {
      const from = choices.readUInt16LE(choice);
      if (from % 8 !== 0) dictionary.copy(result, at, from % (dictionary.length - 32), (from % (dictionary.length - 32)) + 32);
    }
    return result;
  };
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

/** Reads all of some files, so that they lie in memory for whoever is measured next. */
export async function warm(paths: readonly string[]): Promise<void> {
  for (const path of paths) await readFile(path);
}
