// `builtin:NAME`: an image that comes with kit-test: the files beside src/guest/NAME/tree.ts.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { plainDirectory, textFile, type Inode } from '../../archive/entry.ts';
import { copyTree, createTree, put, type Tree } from '../../archive/rootfs.ts';
import { callsProgram } from '../../guest/calls.ts';
import type { GuestFile } from '../../guest/files.ts';
import type { Arch } from '../../model/arch.ts';
import { HarnessError } from '../../model/errors.ts';
import { closest } from '../../model/suggest.ts';
import type { Source, Transport } from '../source.ts';

const folder = new URL('../../guest/', import.meta.url);
const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

const builtin: Transport<'builtin'> = async (reference, { arch }): Promise<Source> => {
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
  if (!names.includes(reference.name)) {
    const meant = closest(reference.name, names);
    throw new HarnessError('IMAGE_NOT_FOUND', `there is no built-in image "${reference.name}"`, { hint: meant === undefined ? `there is ${names.map((name) => `builtin:${name}`).join(', ')}` : `did you mean builtin:${meant}?` });
  }
  const home = new URL(`${reference.name}/`, folder);
  const { tree: listed } = (await import(new URL(`tree${ending}`, home).href)) as { tree: readonly GuestFile[] };
  const tree = createTree();
  const hash = createHash('sha256');
  for (const item of listed) {
    const bytes = await contentOf(item, home, arch);
    hash.update(JSON.stringify([item, bytes?.length])).update(bytes ?? '');
    put(tree, item.path, toInode(item, bytes));
  }
  return { ref: reference.text, digest: `sha256:${hash.digest('hex')}`, tree: (): Promise<Tree> => Promise.resolve(copyTree(tree)) };
};

async function contentOf({ source, calls }: GuestFile, home: URL, arch: Arch): Promise<Uint8Array | undefined> {
  if (calls !== undefined) return callsProgram(calls, arch);
  return source === undefined ? undefined : readFile(new URL(source, home));
}

function toInode(item: GuestFile, bytes: Uint8Array | undefined): Inode {
  if (item.symlink !== undefined) return { ...plainDirectory, mode: item.mode, type: 'symlink', target: item.symlink };
  return bytes === undefined ? { ...plainDirectory, mode: item.mode } : textFile(bytes, { mode: item.mode });
}

export default builtin;
