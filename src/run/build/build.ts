// `kit-test build`: LinuxKit YAML to files that boot, with or without a project around it.
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Arch } from '../../model/arch.ts';
import { HarnessError, UsageError } from '../../model/errors.ts';
import type { KernelSpec } from '../../model/kernel.ts';
import type { Project } from '../../model/project.ts';
import { suggest } from '../../model/suggest.ts';
import { metadataText } from '../../image/linuxkit/metadata.ts';
import { outputFormats } from '../../image/linuxkit/outputs.ts';
import type { OtherKernel, System } from '../../image/system.ts';
import { createImageBuilder } from '../../image/build.ts';
import { requireModules } from '../../kernel/modules.ts';
import { readLayoutImage } from '../../oci/layout.ts';
import type { Registry } from '../../registry/registry.ts';
import { openSlices } from '../../source/slices.ts';
import { errorCode } from '../../sys/fs.ts';
import { readInputs } from './inputs.ts';
import { outputBase, tellSteps, writeOutputs, type BuildRequest, type BuiltFiles } from './request.ts';
import { modulesRequest } from '../kernel-modules.ts';
import { openImage, parseYaml, type ImageSource } from '../image-yaml.ts';
import { packageFiles } from '../package-file.ts';
import { openSupplies, type Supplies } from '../workspace.ts';

/** Reads and checks the inputs of a build. */
export async function readBuildImage(request: Pick<BuildRequest, 'inputs' | 'cwd' | 'stdin' | 'progress' | 'signal'>): Promise<ImageSource> {
  const image = await openImage(await readInputs(request.inputs, request.cwd, request.stdin, request.signal), request.signal);
  for (const notice of image.notices ?? []) request.progress.notice(notice);
  return image;
}

/** The merged document as text: what `--dry-run` shows. */
export async function documentText(request: Parameters<typeof readBuildImage>[0], kind: 'yaml' | 'json'): Promise<string> {
  const text = metadataText((await readBuildImage(request)).yaml, kind);
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** Builds and writes every format asked for; what a format lacks is said before anything is built. */
export async function buildFiles(project: Project, request: BuildRequest): Promise<BuiltFiles> {
  const { progress, signal, arch } = request;
  const { checkFormat, loadFormat, writeFormat } = await import('../../media/format.ts');
  const image = await readBuildImage(request);
  const wanted = request.formats.length > 0 ? request.formats : outputFormats(image.yaml);
  const names = [...new Set(wanted.length > 0 ? wanted : ['kernel+initrd'])];
  const formats = await Promise.all(names.map(loadFormat));
  for (const format of formats) checkFormat(format, arch);
  requireOneFile(formats.flatMap((format) => format.files(request.name, arch)), request);
  const supplies = await withLayout(await openSupplies(project, { frozen: request.frozen, offline: request.offline, progress }), request);
  if (request.compat === 'linuxkit') return (await import('./compat.ts')).buildCompatFiles(image, formats, supplies, request);
  const system = await build(project, image, { ...supplies, compress: formats.some(({ fromTree }) => fromTree !== true) }, request);
  const context = { cache: supplies.cache, slices: openSlices, fetchPackageFile: packageFiles(supplies, project.harness.apt.suite) };
  const base = await outputBase(request);
  progress.step('Create outputs:');
  const outputs: BuiltFiles['outputs'][number][] = [];
  for (const format of formats) {
    const files = await writeOutputs(format.files(base, arch), () => writeFormat(format, system, base, context, signal));
    progress.step(`  ${request.target ?? files.join(' ')}`);
    outputs.push({ format: format.name, files });
  }
  return { name: request.name, arch: arch.name, digest: system.digest, cmdline: system.cmdline, unpackedBytes: system.unpackedBytes, outputs };
}

async function build(project: Project, image: ImageSource, supplies: Supplies & { readonly compress: boolean }, request: BuildRequest): Promise<System> {
  const { arch, progress, signal } = request;
  const kernel = request.kernel === undefined ? undefined : await otherKernel(project, request.kernel, request.modules, arch, supplies, signal);
  if (kernel === undefined && request.modules.length > 0) throw new UsageError('BUILD_MODULES', '--module names modules of the kernel that --kernel chooses', { hint: "add --kernel; a kernel image of LinuxKit brings its modules along" });
  tellSteps(image.yaml, kernel === undefined, progress);
  const builder = createImageBuilder({ ...supplies, suite: project.harness.apt.suite, parseYaml });
  return builder.system({ ...image, arch, name: request.name, sbom: request.sbom, ...(kernel === undefined ? {} : { kernel }) }, signal);
}

async function otherKernel(project: Project, name: string, modules: readonly string[], arch: Arch, supplies: Supplies, signal: AbortSignal): Promise<OtherKernel> {
  const kernel = await supplies.kernel(findKernel(project, name), arch, signal);
  const selection = modules.length === 0 ? { files: [], tables: {} } : await requireModules(kernel, modules);
  return {
    image: kernel.image,
    digest: kernel.digest,
    cmdline: findKernel(project, name).cmdline,
    modules: modulesRequest(kernel, selection),
  };
}

function findKernel({ kernels }: Project, name: string): KernelSpec {
  const found = kernels.find((kernel) => kernel.name === name);
  if (found !== undefined) return found;
  throw new UsageError('KERNEL_UNKNOWN', `there is no kernel "${name}"`, { hint: suggest(name, kernels.map((kernel) => kernel.name), 'kernels') });
}

function requireOneFile(files: readonly string[], { target, formats }: BuildRequest): void {
  if (target === undefined || files.length === 1) return;
  throw new UsageError('BUILD_OUTPUT', `--o takes one file, and ${formats.join(' and ')} would be ${files.length}: ${files.join(', ')}`, { hint: 'take --format tar, or --dir for a folder' });
}

async function withLayout(supplies: Supplies, { layout, cwd }: BuildRequest): Promise<Supplies> {
  if (layout === undefined) return supplies;
  const folder = resolve(cwd, layout);
  await access(join(folder, 'index.json')).catch((error: unknown) => {
    throw new UsageError('BUILD_LAYOUT', `--layout ${layout} is no OCI layout that can be read: ${errorCode(error) === 'EACCES' ? 'its index.json may not be read' : 'it has no index.json'}`, { hint: '`skopeo copy docker://NAME oci:FOLDER:NAME` makes one', cause: error });
  });
  return { ...supplies, registry: layoutFirst(supplies.registry, folder) };
}

/** Images of registries from a layout, as from LinuxKit's cache; those it does not have from their registry. */
function layoutFirst(registry: Registry, folder: string): Registry {
  return {
    ...registry,
    async image(reference, platform, signal) {
      try {
        return await readLayoutImage(folder, reference.text.replace(/^docker:\/\//, ''), platform);
      } catch (error) {
        if (!(error instanceof HarnessError) || error.code !== 'IMAGE_NOT_FOUND') throw error;
        return registry.image(reference, platform, signal);
      }
    },
  };
}
