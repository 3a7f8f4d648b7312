import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textFile, type Entry } from '../../../src/archive/entry.ts';
import { createTree, link, list, put, type Tree } from '../../../src/archive/rootfs.ts';
import { readTar, writeTar } from '../../../src/archive/tar.ts';
import { collect, inPieces, noSlices, treeOf, trees } from './trees.ts';

const read = (bytes: Uint8Array, piece = 1000): Promise<Entry[]> => readTar(inPieces(bytes, piece), '/spool');
const write = (tree: Tree): Promise<Buffer> => collect(writeTar(tree, noSlices));

/** Runs real tar over a folder made by `script`. */
async function realTar(script: string, args: readonly string[]): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-tar-'));
  try {
    execFileSync('sh', ['-ec', script], { cwd: folder });
    return execFileSync('tar', ['-c', '--sort=name', '--mtime=@1000000', '--numeric-owner', ...args, '.'], { cwd: folder, maxBuffer: 1 << 26 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('readTar', () => {
  it('finds the content of every file at the offset it says, however the bytes come', async () => {
    await fc.assert(fc.asyncProperty(trees, fc.integer({ min: 1, max: 3000 }), async (tree, piece) => {
      const archive = await write(tree);
      const entries = await read(archive, piece);
      const expected = [...list(tree)];
      expect(entries.map(({ name }) => name.replace(/^\.?\/|\/$/g, ''))).toEqual(expected.map(({ path }) => path));
      for (const [index, entry] of entries.entries()) {
        const inode = expected[index]?.inode;
        expect({ mode: entry.mode, uid: entry.uid, gid: entry.gid, mtime: entry.mtime }).toEqual({ mode: inode?.mode, uid: inode?.uid, gid: inode?.gid, mtime: inode?.mtime });
        if (entry.type !== 'file' || entry.content.kind !== 'slice' || inode?.type !== 'file' || inode.content.kind !== 'inline') continue;
        const { offset, size } = entry.content;
        expect(archive.subarray(offset, offset + size).equals(inode.content.bytes)).toBe(true);
      }
    }), { numRuns: 60 });
  });

  it.each(['ustar', 'posix', 'gnu'])('reads what the real tar writes in the format %s', async (format) => {
    const long = `${'d'.repeat(90)}/${'f'.repeat(90)}`;
    const archive = await realTar(`mkdir -p ${'d'.repeat(90)}; echo hi > ${long}; echo ho > one; ln one two; ln -s ${long.slice(0, 99)} soft; mkfifo pipe; chmod 1777 ${'d'.repeat(90)}`, [`--format=${format}`, '--owner=7', '--group=3000000'].filter((arg) => format !== 'ustar' || !arg.includes('3000000')));
    const entries = await read(archive);
    const byName = new Map(entries.map((entry) => [entry.name.replace(/^\.\//, '').replace(/\/$/, ''), entry]));
    expect(byName.get(long)).toMatchObject({ type: 'file', uid: 7, mtime: 1_000_000, content: { size: 3 } });
    if (format !== 'ustar') expect(byName.get(long)?.gid).toBe(3_000_000);
    expect(byName.get('d'.repeat(90))).toMatchObject({ type: 'directory', mode: 0o1777 });
    expect(byName.get('two')).toMatchObject({ type: 'hardlink', target: './one' });
    expect(byName.get('soft')).toMatchObject({ type: 'symlink', target: long.slice(0, 99) });
    expect(byName.get('pipe')).toMatchObject({ type: 'fifo' });
  });

  it.each([
    ['cut in a header', (archive: Buffer) => archive.subarray(0, 700)],
    ['cut in a file', (archive: Buffer) => archive.subarray(0, 512 * 2 + 100)],
    ['with a wrong checksum', (archive: Buffer) => Buffer.concat([Buffer.from('x'), archive.subarray(1)])],
    ['that is something else', () => Buffer.from('<html>'.repeat(200))],
  ])('refuses an archive %s', async (_, damage) => {
    const archive = await write(treeOf({ a: 'x'.repeat(5000) }));
    await expect(read(damage(archive))).rejects.toMatchObject({ code: 'ARCHIVE_CORRUPT' });
  });

  it('refuses more entries than it may have', async () => {
    const archive = await write(treeOf({ a: '1', b: '2', c: '3' }));
    await expect(readTar(inPieces(archive, 512), '/spool', { maxEntries: 3 })).rejects.toMatchObject({ code: 'ARCHIVE_TOO_MANY_ENTRIES' });
  });

  it('refuses sparse files, whose bytes are not in one piece', async () => {
    const archive = await realTar('truncate -s 1M hole; printf x | dd of=hole seek=500000 bs=1 conv=notrunc 2>/dev/null', ['--sparse', '--format=posix']);
    await expect(read(archive)).rejects.toMatchObject({ code: 'ARCHIVE_ENTRY_UNSUPPORTED' });
  });

  it('passes on the failure of its source', async () => {
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(new Uint8Array(512));
      throw new Error('the wire is cut');
    };
    await expect(readTar(failing(), '/spool')).rejects.toThrow('the wire is cut');
  });

  it('gives names that lead out as they are: the tree refuses them', async () => {
    const { pack } = await import('tar-stream');
    const archive = pack();
    archive.entry({ name: '../../etc/passwd' }, 'x');
    archive.finalize();
    const [entry] = await read(await collect(archive as AsyncIterable<Uint8Array>));
    expect(entry?.name).toBe('../../etc/passwd');
    expect(() => {
      put(createTree(), entry?.name ?? '', textFile('x'));
    }).toThrow(/leads out/);
  });
});

describe('writeTar', () => {
  it('is read by the real tar', async () => {
    const tree = treeOf({ 'a/file': 'content', soft: '->a/file', empty: '' });
    link(tree, 'hard', 'a/file');
    const folder = await mkdtemp(join(tmpdir(), 'kit-test-tar-'));
    try {
      await writeFile(join(folder, 'x.tar'), await write(tree));
      expect(execFileSync('tar', ['-tf', join(folder, 'x.tar')]).toString().split('\n')).toEqual(['./', 'a/', 'a/file', 'empty', 'hard', 'soft', '']);
      execFileSync('tar', ['-xf', 'x.tar'], { cwd: folder });
      expect((await readFile(join(folder, 'hard'))).toString()).toBe('content');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('keeps what no ustar header holds: the real tar reads it', async () => {
    const tree = createTree();
    const odd = `${'ö'.repeat(60)}/\udcff\n`;
    put(tree, odd, textFile('x', { uid: 3_000_000, gid: 4_000_000_000, mtime: -5, xattrs: { 'user.note': Buffer.from('hi\n\0'), 'security.capability': Buffer.of(1, 0, 0, 2) } }));
    put(tree, 'soft', { type: 'symlink', target: `${'t'.repeat(200)}\udcfe`, mode: 0o777, uid: 0, gid: 0, mtime: 0 });
    const archive = await write(tree);
    const listed = execFileSync('tar', ['--xattrs', '--xattrs-include=*', '-tvvf', '-', '--numeric-owner', '--full-time', '--quoting-style=escape'], { input: archive, env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' } }).toString();
    expect(listed).toContain('3000000/4000000000');
    expect(listed).toContain('1969-12-31 23:59:55');
    expect(listed).toMatch(/x: +4 user\.note/);
    expect(listed).toMatch(/x: +4 security\.capability/);
    expect(listed).toContain(`${'\\303\\266'.repeat(60)}/\\377\\n`);
    expect(listed).toContain(`-> ${'t'.repeat(200)}\\376`);
    const entries = await read(archive);
    expect(entries.find(({ name }) => name === odd)).toMatchObject({ uid: 3_000_000, gid: 4_000_000_000, mtime: -5, xattrs: { 'user.note': Buffer.from('hi\n\0') } });
  });

  it('gives equal bytes for equal trees, whatever the order of their attributes', async () => {
    const one = createTree();
    put(one, 'x', textFile('x', { xattrs: { 'user.a': Buffer.of(1), 'user.b': Buffer.of(2) } }));
    const two = createTree();
    put(two, 'x', textFile('x', { xattrs: { 'user.b': Buffer.of(2), 'user.a': Buffer.of(1) } }));
    expect((await write(one)).equals(await write(two))).toBe(true);
  });

  it('ends with the failure of a file that has become shorter', async () => {
    const tree = createTree();
    put(tree, 'x', { type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0, content: { kind: 'slice', path: '/x', offset: 0, size: 4 } });
    await expect(collect(writeTar(tree, () => inPieces(Buffer.from('abc'), 2)))).rejects.toMatchObject({ code: 'IMAGE_SOURCE_CHANGED' });
  });

  it('ends with the failure of a file that cannot be read', async () => {
    const tree = createTree();
    put(tree, 'x', { type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0, content: { kind: 'slice', path: '/x', offset: 0, size: 4 } });
    await expect(collect(writeTar(tree, noSlices))).rejects.toThrow('a slice of /x');
  });
});
