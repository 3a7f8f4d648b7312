// `kit-test build --compat linuxkit`: the files of `linuxkit build` to the byte.
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createHash } from 'node:crypto';
import { UsageError } from '../../model/errors.ts';
import { buildCompat, type CompatSystem } from '../../image/compat/build.ts';
import { compatSource } from '../../image/compat/source.ts';
import { findSources } from '../../image/find-sources.ts';
import { resolveSource, type TransportContext } from '../../source/source.ts';
import type { Format } from '../../media/format.ts';
import { outputBase, tellSteps, writeOutputs, type BuildRequest, type BuiltFiles } from './request.ts';
import { parseYaml, type ImageSource } from '../image-yaml.ts';
import type { Supplies } from '../workspace.ts';

/** Formats that LinuxKit writes without a container. */
const writers: Readonly<Record<string, (system: CompatSystem, base: string, signal: AbortSignal) => Promise<readonly string[]>>> = {
  tar: async (system, base, signal) => [await write(`${base}.tar`, system.tar(signal))],
  'kernel+initrd': async (system, base, signal) => {
    const files = [];
    if (system.kernel !== undefined) files.push(await write(`${base}-kernel`, system.read(system.kernel, signal)));
    files.push(await write(`${base}-initrd.img`, system.initrd(signal)));
    if (system.cmdline !== '') {
      await writeFile(`${base}-cmdline`, system.cmdline);
      files.push(`${base}-cmdline`);
    }
    return files;
  },
};

/** Builds and writes the files as LinuxKit does. */
export async function buildCompatFiles({ yaml, baseDir, placeOf }: ImageSource, formats: readonly Format[], supplies: Supplies & Pick<TransportContext, 'suite'>, request: BuildRequest): Promise<BuiltFiles> {
  const { arch, progress, signal } = request;
  const unknown = formats.find(({ name }) => writers[name] === undefined);
  if (unknown !== undefined) throw new UsageError('COMPAT_FORMAT', `--compat linuxkit cannot write ${unknown.name}`, { hint: `it writes ${Object.keys(writers).join(' and ')}; LinuxKit makes the others with containers, never the same twice` });
  if (request.kernel !== undefined || request.sbom) throw new UsageError('COMPAT_FLAG', `--compat linuxkit goes without ${request.sbom ? '--sbom: its document has a random name' : '--kernel: LinuxKit boots what the YAML names'}`);
  tellSteps(yaml, true, progress);
  const sources = await findSources(yaml, { withKernel: true, placeOf }, (ref) => compatSource(arch.oci, (platform) => resolveSource(ref, { ...supplies, arch: { ...arch, oci: platform }, baseDir }, signal)));
  const system = await buildCompat({ yaml, placeOf, workingDir: request.cwd, arch, sources, cache: supplies.cache, parseYaml }, signal);
  const base = await outputBase(request);
  progress.step('Create outputs:');
  const outputs = [];
  for (const format of formats) {
    const files = await writeOutputs(format.files(base, arch), async () => (await writers[format.name]?.(system, base, signal)) ?? []);
    progress.step(`  ${request.target ?? files.join(' ')}`);
    outputs.push({ format: format.name, files });
  }
  return { name: request.name, arch: arch.name, digest: await digestOf(system.tar(signal)), cmdline: system.cmdline, unpackedBytes: system.entries.reduce((sum, { size }) => sum + size, 0), outputs };
}

async function digestOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}

async function write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<string> {
  await pipeline(chunks, createWriteStream(path));
  return path;
}
