// FAT file systems written by mtools into a plain file, at an offset where a partition table comes before: no mount.
// Serial number, label and times are always the same.
import { stat, truncate, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path/posix';
import { runTool, tools } from './tool.ts';

const MiB = 1024 ** 2;

/** A file for the file system: where it lies here, and its path there. */
export interface FatFile {
  readonly from: string;
  /** Relative, with `/`. */
  readonly to: string;
}

export const fatTools = [tools.mformat, tools.mmd, tools.mcopy] as const;

/** FAT32 begins at 33 MiB; smaller ones would be FAT16, which not every firmware reads on a disk. */
const smallest = 40 * MiB;

/** Bytes of a file system that holds the files, a whole number of MiB. */
export async function fatSize(files: readonly FatFile[]): Promise<number> {
  const sizes = await Promise.all(files.map(async ({ from }) => (await stat(from)).size));
  // A hundredth for the two allocation tables, 4 MiB for folders and the ends of clusters.
  const bytes = sizes.reduce((sum, size) => sum + size, 0) * 1.01 + 4 * MiB;
  return Math.max(smallest, Math.ceil(bytes / MiB) * MiB);
}

/** Makes the file system at `offset` of an existing file, and copies the files into it. */
export async function writeFat(image: string, offset: number, bytes: number, files: readonly FatFile[], signal: AbortSignal): Promise<void> {
  const target = `${image}@@${offset}`;
  const sector = 512;
  // 255 heads of 63 sectors are what BIOSes count in; -H: the sectors before the partition, which its boot code reads.
  await runTool(tools.mformat, ['-i', target, '-F', '-T', `${bytes / sector}`, '-h', '255', '-s', '63', '-H', `${offset / sector}`, '-N', '4b495454', '-v', 'KIT-TEST', '::'], { signal });
  const folders = [...new Set(files.flatMap(({ to }) => foldersAbove(to)))].sort();
  if (folders.length > 0) await runTool(tools.mmd, ['-i', target, ...folders.map((folder) => `::/${folder}`)], { signal });
  for (const { from, to } of files) await runTool(tools.mcopy, ['-i', target, from, `::/${to}`], { signal });
}

/** A file that is nothing but a FAT file system. */
export async function writeFatImage(image: string, files: readonly FatFile[], signal: AbortSignal): Promise<void> {
  const bytes = await fatSize(files);
  await writeFile(image, '');
  await truncate(image, bytes);
  await writeFat(image, 0, bytes, files, signal);
}

function foldersAbove(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === '.' ? [] : [...foldersAbove(folder), folder];
}
