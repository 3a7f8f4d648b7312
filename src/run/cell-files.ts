// Which files of this machine a cell is made of: what its case, its image and its kernel name, and the command that boots it.
// Pure: nothing is looked up, so a name may be that of nothing. What every cell has in common is not among them.
import { dirname, resolve } from 'node:path';
import type { Arch } from '../model/arch.ts';
import type { Cell } from '../model/cell.ts';
import type { Harness } from '../model/harness.ts';
import type { KernelSpec } from '../model/kernel.ts';
import { mapReferences, sourcePath } from '../image/linuxkit/references.ts';
import { isPackage, packageFolder } from '../image/linuxkit/packages.ts';
import type { LinuxkitDocument } from '../image/linuxkit/schema.ts';
import { forArch } from '../kernel/source.ts';
import { parseReference } from '../oci/reference.ts';
import { isHostCell } from '../matrix/host.ts';
import { runnerFor } from './cell/runner.ts';

/** A file, or a folder with all that is in it. */
export interface CellFile {
  /** Absolute. */
  readonly path: string;
  /** Whose it is. */
  readonly of: 'case' | 'kernel' | 'runner';
}

/** The image file of a case as it is written, templates and all. */
export interface WrittenImage {
  readonly doc: LinuxkitDocument;
  /** Folder that its relative paths count from. */
  readonly baseDir: string;
}

export interface CellPlace {
  /** Folder of the project. */
  readonly root: string;
  readonly harness: Pick<Harness, 'runner'>;
  /** Folder of the user. */
  readonly home: string;
}

/** Each once; `image` is undefined for a case that has none. */
export function filesOfCell(cell: Cell, image: WrittenImage | undefined, place: CellPlace): readonly CellFile[] {
  const files = [
    ...filesOfCase(cell, image, place).map((path) => ({ path, of: 'case' as const })),
    ...(isHostCell(cell) ? [] : filesOfKernel(cell.kernel, cell.arch)).map((path) => ({ path, of: 'kernel' as const })),
    ...(isHostCell(cell) ? [] : filesOfRunner(cell, place)).map((path) => ({ path, of: 'runner' as const })),
  ];
  return [...new Map(files.map((file) => [`${file.of} ${file.path}`, file])).values()];
}

function filesOfCase({ case: { file, dir, image: imageFile, run, script, group = [], drives, probe = [] }, arch }: Cell, image: WrittenImage | undefined, { home }: CellPlace): readonly string[] {
  const named = [...(run?.copy ?? []), ...drives.map(({ source }) => source)].map((path) => path.replaceAll('{arch}', arch.name));
  // A program of the case may read whatever lies beside it.
  const asking = probe.flatMap(({ command }) => (command === undefined ? [] : ['.', ...paths(command)]));
  // A script may read whatever lies beside it.
  const scripts = script === undefined ? [] : [dirname(script.file), ...[script.before, script.after].flatMap((path) => path ?? []), ...group];
  return [
    file,
    ...[...(imageFile === undefined ? [] : [imageFile]), ...named, ...asking, ...scripts].map((path) => resolve(dir, path)),
    ...(image === undefined ? [] : filesOfImage(image, arch, home)),
  ];
}

/** Its kernel is no part of it: a cell on that one has it as its kernel. */
function filesOfImage({ doc, baseDir }: WrittenImage, arch: Arch, home: string): readonly string[] {
  const found: string[] = [];
  mapReferences({ ...doc, kernel: undefined }, (text) => {
    found.push(...fileOfReference(text, baseDir, arch));
    return text;
  });
  const sources = (doc.files ?? []).flatMap(({ source }) => (source === undefined ? [] : [sourcePath(source, baseDir, home)]));
  return [...found, ...sources, ...packagesIn(doc).map((folder) => resolve(baseDir, folder))];
}

/** A template may stand for any text of a document. */
function packagesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return isPackage(value) ? [packageFolder(value)] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(packagesIn) : [];
}

function fileOfReference(text: string, baseDir: string, arch: Arch): readonly string[] {
  const reference = parseReference(text);
  return 'problem' in reference || !('path' in reference) ? [] : [resolve(baseDir, reference.path.replaceAll('{arch}', arch.name))];
}

function filesOfKernel({ file, source, symbols }: KernelSpec, arch: Arch): readonly string[] {
  const folder = dirname(file);
  const named = source.type === 'file' ? [source.path, source.config, source.modules] : [];
  const images = source.type === 'oci' ? [forArch<string>(source.image, arch) ?? ''] : [];
  const map = symbols === undefined ? undefined : forArch<unknown>(symbols, arch);
  return [
    file,
    ...named.flatMap((value) => (value === undefined ? [] : (forArch<string>(value, arch) ?? []))).map((path) => resolve(folder, path)),
    ...images.flatMap((text) => fileOfReference(text, folder, arch)),
    ...(typeof map === 'string' ? [resolve(folder, map)] : []),
  ];
}

/** Any word of its commands may be a file; that most are none does no harm. */
function filesOfRunner({ arch }: Cell, { root, harness }: CellPlace): readonly string[] {
  const runner = runnerFor(harness, arch);
  const words = runner === undefined ? [] : [...runner.command, ...(runner.cleanup ?? [])];
  return words.filter((word) => word !== '' && !word.includes('{')).map((word) => resolve(root, word));
}

/** Words that lead to a file whatever PATH is. */
const paths = (words: readonly string[]): readonly string[] => words.filter((word) => word.includes('/') && !word.includes('{'));
