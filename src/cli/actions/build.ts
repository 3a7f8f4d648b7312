// The work of `kit-test build`.
import { createReadStream } from 'node:fs';
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { arch as hostArch, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { findArch } from '../../arch/index.ts';
import type { Arch } from '../../model/arch.ts';
import { HarnessError, UsageError } from '../../model/errors.ts';
import { formatSize } from '../../model/units.ts';
import { defaultName } from '../../run/build/inputs.ts';
import { buildFiles, documentText } from '../../run/build/build.ts';
import { writeOutputs, type BuildRequest, type BuiltFiles } from '../../run/build/request.ts';
import { watchInterrupt } from '../../run/interrupt.ts';
import { loadCommandWorkspace } from '../../run/workspace.ts';
import { buildProgress } from '../build-progress.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ProjectOptions } from '../options.ts';

export interface BuildCommandOptions extends ProjectOptions {
  readonly arch?: string;
  readonly format?: readonly string[];
  readonly name?: string;
  readonly dir?: string;
  readonly o?: string;
  readonly layout?: string;
  readonly kernel?: string;
  readonly module?: readonly string[];
  readonly sbom?: boolean;
  readonly compat?: 'linuxkit';
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly frozen?: boolean;
  readonly offline?: boolean;
  readonly pull?: boolean;
  readonly docker?: boolean;
  readonly decompressKernel?: boolean;
  readonly size?: string;
}

/** Flags of `linuxkit build`, and why they change nothing here. */
const noLonger: Readonly<Partial<Record<keyof BuildCommandOptions, string>>> = {
  pull: '--pull: tags are looked up at their registry anyway, unless kit-test.lock pins them',
  docker: '--docker: images of the docker daemon are named docker-daemon:NAME in the YAML',
  decompressKernel: '--decompress-kernel: kernels stay as they are in their image; run and exec unpack what QEMU cannot load',
  size: '--size: disks are as large as what is on them',
};

/** Returns the exit code. */
export async function buildCommand(inputs: readonly string[], options: BuildCommandOptions): Promise<number> {
  const { project, archs } = await loadCommandWorkspace({ cwd: process.cwd(), config: options.config });
  using interrupt = watchInterrupt(() => process.exit(exitCodes.interrupted));
  using progress = buildProgress();
  for (const [flag, why] of Object.entries(noLonger)) if (options[flag as keyof BuildCommandOptions] !== undefined) progress.notice(why);
  const request: BuildRequest = {
    inputs,
    arch: options.arch === undefined ? ownArch(archs) : findArch(archs, options.arch),
    formats: options.format ?? (options.o === undefined ? [] : ['tar']),
    name: options.name ?? defaultName(inputs),
    dir: options.dir ?? '.',
    layout: options.layout,
    kernel: options.kernel,
    modules: options.module ?? [],
    sbom: options.sbom ?? false,
    compat: options.compat,
    frozen: options.frozen ?? false,
    offline: options.offline,
    cwd: process.cwd(),
    stdin: process.stdin,
    progress,
    signal: interrupt.signal,
  };
  if (!/^[^/\0-\x1f]+$/.test(request.name) || request.name === '.' || request.name === '..') throw new UsageError('BUILD_NAME', `--name ${JSON.stringify(request.name)}: expected the name of a file`, { hint: '--dir chooses the folder' });
  if (options.dryRun === true) {
    process.stdout.write(await documentText(request, options.json === true ? 'json' : 'yaml'));
    return exitCodes.ok;
  }
  if (options.o !== undefined) {
    await buildStream(options.o, options, (folder, target) => buildFiles(project, { ...request, dir: folder, target }));
    return exitCodes.ok;
  }
  const built = await buildFiles(project, request);
  if (options.json === true) process.stdout.write(`${JSON.stringify(built, null, 2)}\n`);
  else progress.step(`${built.name} for ${built.arch}: ${formatSize(built.unpackedBytes)} unpacked`);
  return exitCodes.ok;
}

/** `--o`: one file, to a place of its own name or to standard output. */
async function buildStream(target: string, options: BuildCommandOptions, build: (folder: string, target: string) => Promise<BuiltFiles>): Promise<void> {
  for (const flag of ['name', 'dir'] as const) if (options[flag] !== undefined) throw new UsageError('BUILD_OUTPUT', `--o and --${flag} exclude each other`, { hint: 'say with --o where the one file goes, or with --name and --dir what all files are called' });
  if (options.json === true && target === '-') throw new UsageError('BUILD_OUTPUT', '--json and --o - both want standard output');
  if (target !== '-') await requireFolderOf(target);
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-build-'));
  try {
    const built = await build(folder, target === '-' ? 'standard output' : target);
    for (const file of built.outputs.flatMap((output) => output.files)) {
      if (target === '-') await pipeline(createReadStream(file), process.stdout, { end: false });
      else await writeOutputs([resolve(target)], () => copyFile(file, resolve(target)));
    }
    if (options.json === true) process.stdout.write(`${JSON.stringify({ ...built, outputs: built.outputs.map((output) => ({ ...output, files: [resolve(target)] })) }, null, 2)}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function requireFolderOf(target: string): Promise<void> {
  const [itself, folder] = await Promise.all([target, dirname(resolve(target))].map((path) => stat(path).catch(() => undefined)));
  if (itself?.isDirectory() === true || target.endsWith('/')) throw new UsageError('BUILD_OUTPUT', `--o ${target} is a folder: expected the name of a file`, { hint: '--dir chooses the folder of all files' });
  if (folder?.isDirectory() !== true) throw new UsageError('BUILD_OUTPUT', `--o ${target}: there is no folder ${dirname(resolve(target))}`, { hint: 'make it first' });
}

function ownArch(archs: readonly Arch[]): Arch {
  const own = archs.find(({ hosts }) => hosts[0] === hostArch());
  if (own !== undefined) return own;
  throw new HarnessError('ARCH_UNKNOWN', `nothing is known here of machines such as this one (${hostArch()})`, { hint: `say with --arch what to build for: ${archs.map(({ name }) => name).join(', ')}` });
}
