// EROFS from a tree in memory, written by ourselves: mkfs.erofs takes a folder, which an ordinary user cannot give owners,
// devices and capabilities (reading tar came with 1.7; Debian bookworm has 1.5). Uncompressed, which each kernel from 5.4 on
// can mount; equal trees give equal bytes. https://docs.kernel.org/filesystems/erofs.html, fs/erofs/erofs_fs.h
import { open, type FileHandle } from 'node:fs/promises';
import { contentSize, showName } from '../archive/entry.ts';
import type { Tree } from '../archive/rootfs.ts';
import { HarnessError } from '../model/errors.ts';
import type { FormatContext } from './context.ts';
import { BLOCK, layOut, type Placed } from './erofs-layout.ts';
import { encodeInode, encodeSuperblock } from './erofs-records.ts';

/** Writes the image of a tree. */
export async function writeErofs(tree: Tree, path: string, context: Pick<FormatContext, 'slices'>, signal: AbortSignal): Promise<void> {
  const layout = layOut(tree);
  await using slices = context.slices(signal);
  await using file = await open(path, 'w');
  await file.truncate(layout.blocks * BLOCK);
  await file.write(encodeSuperblock(layout), 0, undefined, 1024);
  for (const node of layout.nodes) {
    signal.throwIfAborted();
    await file.write(encodeInode(node), 0, undefined, node.offset);
    const { inode } = node;
    if (inode.type === 'file') await writeContent(file, node, inode.content.kind === 'inline' ? [inode.content.bytes] : slices.read(inode.content), contentSize(inode.content));
    else if (node.body.length > 0) await new Sink(file, node).write(node.body);
  }
}

async function writeContent(file: FileHandle, node: Placed, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, size: number): Promise<void> {
  const sink = new Sink(file, node);
  for await (const chunk of size === 0 ? [] : chunks) await sink.write(chunk);
  if (sink.written !== size) throw changed(node.path, size);
}

/** Where a node's bytes go: whole blocks among the data, the rest behind the inode. */
class Sink {
  written = 0;
  private readonly file: FileHandle;
  private readonly node: Placed;

  constructor(file: FileHandle, node: Placed) {
    this.file = file;
    this.node = node;
  }

  async write(chunk: Uint8Array): Promise<void> {
    const { whole, tailOffset, dataOffset } = this.node;
    const first = chunk.subarray(0, Math.max(0, whole - this.written));
    if (first.length > 0) await this.file.write(first, 0, first.length, dataOffset + this.written);
    this.written += first.length;
    const rest = chunk.subarray(first.length);
    if (rest.length === 0) return;
    if (this.written + rest.length > this.node.size) throw changed(this.node.path, this.node.size);
    await this.file.write(rest, 0, rest.length, tailOffset + this.written - whole);
    this.written += rest.length;
  }
}

function changed(path: string, size: number): HarnessError {
  return new HarnessError('IMAGE_SOURCE_CHANGED', `${showName(path)} changed while it was read: ${size} bytes were expected`, { hint: 'run again once nothing writes to it any more' });
}
