// What a build is asked for, what it tells on its way, and where its files go: shared by both builders.
import { mkdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Arch } from '../../model/arch.ts';
import { HarnessError } from '../../model/errors.ts';
import type { Progress } from '../../model/events.ts';
import type { LinuxkitDocument } from '../../image/linuxkit/schema.ts';
import { errorCode } from '../../sys/fs.ts';

export interface BuildRequest {
  readonly inputs: readonly string[];
  readonly arch: Arch;
  /** None: those of the YAML's `outputs:`, else kernel+initrd. */
  readonly formats: readonly string[];
  readonly name: string;
  /** Folder of the files made. */
  readonly dir: string;
  /** The one file that there may be, as the user names it; it is made in `dir` all the same. */
  readonly target?: string | undefined;
  /** OCI layout in which images of registries are looked up first. */
  readonly layout?: string | undefined;
  /** Kernel of kernels/ in place of the YAML's. */
  readonly kernel?: string | undefined;
  /** Its modules that go into the image. */
  readonly modules: readonly string[];
  readonly sbom: boolean;
  /** Repeats another builder to the byte. */
  readonly compat?: 'linuxkit' | undefined;
  readonly frozen: boolean;
  readonly offline?: boolean | undefined;
  readonly cwd: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly progress: BuildProgress;
  readonly signal: AbortSignal;
}

/** Progress with the steps of a build, in LinuxKit's words. */
export interface BuildProgress extends Progress {
  readonly step: (text: string) => void;
}

export interface BuiltFiles {
  readonly name: string;
  readonly arch: string;
  readonly digest: string;
  readonly cmdline: string;
  readonly unpackedBytes: number;
  readonly outputs: readonly { readonly format: string; readonly files: readonly string[] }[];
}

/** What is built, in the words of `linuxkit build`. */
export function tellSteps(doc: LinuxkitDocument, ownKernel: boolean, { step }: BuildProgress): void {
  if (ownKernel && doc.kernel?.image !== undefined && doc.kernel.image !== '') step(`Extract kernel image: ${doc.kernel.image}`);
  if (doc.init !== undefined && doc.init.length > 0) step('Add init containers:');
  for (const ref of doc.init ?? []) step(`Process init image: ${ref}`);
  if (doc.volumes !== undefined && doc.volumes.length > 0) step('Add volumes:');
  for (const { name, image } of doc.volumes ?? []) step(`Process volume image: ${image ?? 'empty'} for ${name}`);
  for (const [section, title] of [['onboot', 'onboot'], ['onshutdown', 'onshutdown'], ['services', 'service']] as const) {
    const containers = doc[section] ?? [];
    if (containers.length > 0) step(`Add ${title} containers:`);
    for (const { image } of containers) step(`  Create OCI config for ${image}`);
  }
  if (doc.files !== undefined && doc.files.length > 0) step('Add files:');
  for (const { path } of doc.files ?? []) step(`  ${path}`);
}

const refusals: Readonly<Record<string, readonly [code: string, what: string]>> = {
  ENOSPC: ['DISK_FULL', 'there is no space left'],
  EDQUOT: ['DISK_FULL', 'your quota is used up'],
  EACCES: ['BUILD_FOLDER', 'it may not be written to'],
  EPERM: ['BUILD_FOLDER', 'it may not be written to'],
  EROFS: ['BUILD_FOLDER', 'the file system is read-only'],
  EISDIR: ['BUILD_FOLDER', 'a folder is in the way of a file'],
};

/** Writes files; what was begun and did not come to its end is taken away, for half an image looks like one. */
export async function writeOutputs<T>(files: readonly string[], work: () => Promise<T>): Promise<T> {
  const began = Date.now();
  try {
    return await work();
  } catch (error) {
    for (const file of files) {
      const stats = await stat(file).catch(() => undefined);
      // A clock of a file system may lag a little behind.
      if (stats?.isFile() === true && stats.mtimeMs >= began - 20) await rm(file, { force: true }).catch(() => undefined);
    }
    const refusal = refusals[errorCode(error) ?? ''];
    if (refusal === undefined || error instanceof HarnessError) throw error;
    throw new HarnessError(refusal[0], `${files.join(' and ')} cannot be written: ${refusal[1]}`, { hint: 'choose a folder with --dir that has room and that you may write to', cause: error });
  }
}

/** Path that the names of all files begin with; its folder is made. */
export async function outputBase({ cwd, dir, name }: Pick<BuildRequest, 'cwd' | 'dir' | 'name'>): Promise<string> {
  const folder = resolve(cwd, dir);
  try {
    await mkdir(folder, { recursive: true });
    return join(folder, name);
  } catch (error) {
    throw new HarnessError('BUILD_FOLDER', `${folder} cannot be made: ${error instanceof Error ? error.message : String(error)}`, { hint: 'choose a folder with --dir that you may write to', cause: error });
  }
}
