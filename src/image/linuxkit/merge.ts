// Several files become one document, from left to right (linuxkit.md §1.6): lists are joined, words about the kernel are
// replaced where the later file has them. LinuxKit forgets the volumes of all files but the last; here all of them count.
import { rebase } from './references.ts';
import type { LinuxkitDocument } from './schema.ts';

/** A file that was read. */
export interface ParsedFile {
  readonly doc: LinuxkitDocument;
  /** Folder that the file's relative paths count from. */
  readonly baseDir: string;
}

/** A place in one of the files. */
export interface Origin {
  /** Index of the file. */
  readonly file: number;
  readonly path: readonly (string | number)[];
}

const lists = ['init', 'onboot', 'onshutdown', 'services', 'volumes', 'files', 'outputs'] as const;

/** One document of all files. Relative paths of later files are told from the folder of the first. */
export function mergeDocuments(files: readonly ParsedFile[]): LinuxkitDocument {
  const [first, ...more] = files;
  if (first === undefined) return {};
  return more.reduce((merged, { doc, baseDir }) => append(merged, rebase(doc, baseDir, first.baseDir)), first.doc);
}

function append(doc: LinuxkitDocument, next: LinuxkitDocument): LinuxkitDocument {
  const merged: LinuxkitDocument = { ...doc };
  if (doc.kernel !== undefined || next.kernel !== undefined) merged.kernel = { ...doc.kernel, ...given(next.kernel) };
  if (next.trust !== undefined) merged.trust = next.trust;
  for (const key of lists) {
    const list = [...(doc[key] ?? []), ...(next[key] ?? [])];
    if (doc[key] !== undefined || next[key] !== undefined) Object.assign(merged, { [key]: list });
  }
  return merged;
}

/** An empty word leaves what an earlier file says; an empty `tar` or `ucode` is a word of its own. */
function given(kernel: LinuxkitDocument['kernel']): LinuxkitDocument['kernel'] {
  return Object.fromEntries(Object.entries(kernel ?? {}).filter(([key, value]) => value !== '' || key === 'tar' || key === 'ucode'));
}

/** Which file a place of the merged document comes from. */
export function originOf(files: readonly Pick<ParsedFile, 'doc'>[], path: Origin['path']): Origin {
  const [key, index, ...rest] = path;
  if (typeof index === 'number') {
    let before = 0;
    for (const [file, { doc }] of files.entries()) {
      const list = doc[key as keyof LinuxkitDocument];
      const length = Array.isArray(list) ? list.length : 0;
      if (index < before + length) return { file, path: [key ?? '', index - before, ...rest] };
      before += length;
    }
  }
  const last = files.findLastIndex(({ doc }) => {
    const value = doc[key as keyof LinuxkitDocument];
    if (key !== 'kernel' || typeof index !== 'string') return value !== undefined;
    return given(doc.kernel)?.[index as 'image'] !== undefined;
  });
  return { file: Math.max(last, 0), path };
}
