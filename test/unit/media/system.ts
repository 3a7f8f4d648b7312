// A small system with everything a file system may have to hold, as formats read it: for tests of what they write.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadArchs } from '../../../src/arch/index.ts';
import { writeCpio } from '../../../src/archive/cpio.ts';
import { textFile, type Inode } from '../../../src/archive/entry.ts';
import { createTree, link, put, type Tree } from '../../../src/archive/rootfs.ts';
import { openCache } from '../../../src/cache/store.ts';
import type { FormatContext, SystemParts } from '../../../src/media/format.ts';
import { runProgram } from '../../../src/sys/process.ts';
import { openSlices } from '../../../src/source/slices.ts';
import { writeChunks } from '../../../src/media/tree-file.ts';

export const never = new AbortController().signal;
export const cmdline = 'console=ttyS0 quiet';
const attributes = { uid: 0, gid: 0, mtime: 1_600_000_000 };
const device = (type: 'char' | 'block', major: number, minor: number): Inode => ({ type, major, minor, mode: 0o640, ...attributes, gid: 5 });

/** Names, owners, modes, devices, links and attributes that get lost where somebody takes a short cut. */
export function sampleTree(): Tree {
  const tree = createTree();
  put(tree, '', { type: 'directory', mode: 0o751, ...attributes });
  put(tree, 'bin/su', textFile('#!/bin/sh\n', { mode: 0o4755 }));
  put(tree, 'bin/ping', textFile('ping', { mode: 0o755, xattrs: { 'security.capability': Buffer.from('0100000200200000000000000000000000000000', 'hex'), 'user.note': Buffer.from('hello') } }));
  put(tree, 'etc/empty', textFile(''));
  put(tree, 'etc/large', textFile(Buffer.alloc(300_001, 'kit-test '), { uid: 70_000, gid: 70_001 }));
  put(tree, 'etc/block', textFile(Buffer.alloc(8192, 'x')));
  put(tree, 'etc/nearly', textFile(Buffer.alloc(4095, 'y')));
  put(tree, 'etc/name with\nbreak', textFile('odd'));
  put(tree, 'etc/first', textFile('shared'));
  link(tree, 'etc/zweiter Name: ü', 'etc/first');
  put(tree, 'dev/console', device('char', 5, 1));
  put(tree, 'dev/nvme', device('block', 259, 44));
  put(tree, 'run/pipe', { type: 'fifo', mode: 0o600, ...attributes });
  put(tree, 'tmp', { type: 'directory', mode: 0o1777, ...attributes });
  put(tree, 'init', { type: 'symlink', target: 'bin/su', mode: 0o777, ...attributes });
  for (let index = 0; index < 700; index += 1) put(tree, `many/a file with a rather long name ${index}`, textFile(`${index}`));
  return tree;
}

export interface Sample {
  readonly folder: string;
  readonly system: SystemParts;
  readonly context: FormatContext;
}

/** A system and a context in a new folder, gone after the test. */
export async function sample(archName = 'x86_64', changes: Partial<SystemParts> = {}): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-media-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const arch = (await loadArchs()).find(({ name }) => name === archName);
  if (arch === undefined) throw new Error(`no ${archName}`);
  const cache = await openCache(join(folder, 'cache'));
  // A PE file by its first bytes: all that formats look at.
  const kernel = join(folder, 'bzImage');
  await writeFile(kernel, Buffer.concat([Buffer.from('MZ'), Buffer.alloc(1_500_000, 'kernel')]));
  const segment = join(folder, 'segment.cpio');
  await using slices = openSlices(never);
  await writeChunks(segment, writeCpio(sampleTree(), slices.read), never);
  const bytes = await readFile(segment);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return {
    folder,
    system: { name: 'sample', arch, cmdline, kernel, segments: [{ path: segment, digest, bytes: (await stat(segment)).size }], tree: () => Promise.resolve(sampleTree()), ...changes },
    context: {
      cache,
      slices: openSlices,
      fetchPackageFile: (pkg, _, path) => Promise.reject(new Error(`${path} is not installed: apt-get install ${pkg}`)),
    },
  };
}

/** Standard output of a program of this machine. */
export async function output(program: string, ...args: readonly string[]): Promise<string> {
  return (await runProgram(program, args, { env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, MTOOLSRC: '/dev/null', MTOOLS_SKIP_CHECK: '1', LC_ALL: 'C', TZ: 'UTC' } })).stdout;
}

export const digestOf = async (path: string): Promise<string> => createHash('sha256').update(await readFile(path)).digest('hex');
