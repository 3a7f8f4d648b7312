// Layers as `oci:` reads them: what they make, and what becomes of hostile ones.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lookup } from '../../../src/archive/rootfs.ts';
import { readTar, writeTar } from '../../../src/archive/tar.ts';
import type { OciImage } from '../../../src/oci/image.ts';
import { layeredSource } from '../../../src/source/layered.ts';
import { openSlices } from '../../../src/source/slices.ts';
import { rawEntry, rawTar, type RawEntry } from '../archive/raw-tar.ts';
import { collect, show } from '../archive/trees.ts';
import { createLayout, type LayoutFolder } from '../oci/layout-folder.ts';
import { createPlace, type Place } from './place.ts';

const good = rawTar([{ name: 'etc/', kind: '5' }, { name: 'etc/hosts', content: 'localhost' }]);
const signal = new AbortController().signal;

let place: Place;
let layout: LayoutFolder;
beforeEach(async () => {
  place = await createPlace();
  layout = await createLayout(join(place.folder, 'layout'));
});
afterEach(() => place[Symbol.asyncDispose]());

/** The tree of an image of these layers. */
async function treeOf(...layers: readonly Uint8Array[]): Promise<Record<string, string>> {
  await layout.index([await layout.image(layers)]);
  return show(await (await place.resolve('oci:layout')).tree(signal));
}

describe('an image of layers', () => {
  it('is read whatever the compression of its layers, several at once', async () => {
    const names = Array.from({ length: 9 }, (_, at) => `file${at}`);
    const layers = names.map((name) => rawTar([{ name, content: randomBytes(50_000) }]));
    const packed = layers.map((layer, at) => (at % 3 === 0 ? layer : at % 3 === 1 ? gzipSync(layer) : execFileSync('zstd', ['-q', '-c'], { input: layer })));
    expect(Object.keys(await treeOf(...packed))).toEqual(names);
  });

  it('tells its layers with their archives in the cache', async () => {
    const image = await layout.image([gzipSync(good), rawTar([{ name: 'b' }])]);
    await layout.index([image]);
    const source = await place.resolve('oci:layout');
    expect(source).toMatchObject({ digest: image.digest, image: { digest: image.digest, root: { digest: image.digest } } });
    const layers = (await source.layers?.(signal)) ?? [];
    expect(layers.map(({ digest }) => digest)).toEqual(source.image?.layers.map(({ digest }) => digest));
    expect(layers.map(({ entries }) => entries.map(({ name }) => name))).toEqual([['etc/', 'etc/hosts'], ['b']]);
    await using slices = openSlices(signal);
    const file = layers[0]?.entries[1];
    expect(file?.type === 'file' && file.content.kind === 'slice' ? (await collect(slices.read(file.content))).toString() : '').toBe('localhost');
  });

  it('keeps extended attributes and names that are not UTF-8 from a layer, through the cache, to a tar archive', async () => {
    const capability = Buffer.from('0100000200040000ff0a0000', 'hex');
    const name = Buffer.from([0x62, 0xfe, 0x0a]);
    await layout.index([await layout.image([rawTar([{ name, content: 'x', pax: { 'SCHILY.xattr.security.capability': capability } }])])]);
    for (const round of ['fresh', 'warm']) {
      const tree = await (await place.resolve('oci:layout')).tree(signal);
      await using slices = openSlices(signal);
      const archive = await collect(writeTar(tree, slices.read));
      const [, entry] = await readTar((async function* () { yield await Promise.resolve(archive); })(), '/spool');
      expect([round, entry?.name, entry?.xattrs]).toEqual([round, 'b\udcfe\n', { 'security.capability': capability }]);
    }
  });

  it('is read from the cache when the blobs of its layers are gone', async () => {
    await treeOf(good);
    const source = await place.resolve('oci:layout');
    await writeFile(join(layout.folder, 'blobs', ...(source.image?.layers[0]?.digest ?? '').split(':')), '');
    expect(show(await source.tree(signal))).toMatchObject({ 'etc/hosts': 'slice of 9' });
  });

  it('keeps devices, pipes and modes', async () => {
    await layout.index([await layout.image([rawTar([{ name: 'null', kind: '3', device: [1, 3], mode: 0o666 }, { name: 'sda', kind: '4', device: [8, 0] }, { name: 'pipe', kind: '6' }, { name: 'su', mode: 0o4755 }])])]);
    const tree = await (await place.resolve('oci:layout')).tree(signal);
    expect(['null', 'sda', 'pipe', 'su'].map((name) => lookup(tree, name)?.inode)).toMatchObject([{ type: 'char', major: 1, minor: 3, mode: 0o666 }, { type: 'block', major: 8 }, { type: 'fifo' }, { mode: 0o4755 }]);
  });
});

describe('an image that several ask for at once', () => {
  /** An image of one layer that is slow to come and heeds its signal. */
  const slow = (digest: string): OciImage => ({
    digest, config: { config: undefined }, root: { mediaType: '', digest, size: 0 }, layers: [{ mediaType: '', digest, size: 0 }],
    async *read(_, stopped) {
      yield good.subarray(0, 512);
      await sleep(200, undefined, stopped === undefined ? {} : { signal: stopped });
      yield good.subarray(512);
    },
  });

  it('comes to the others when one of them gives up', async () => {
    const impatient = new AbortController();
    const source = layeredSource('slow', slow(`sha256:${'1'.repeat(64)}`), place.context);
    const trees = Promise.allSettled([source.tree(impatient.signal), source.tree(signal)]);
    setTimeout(() => impatient.abort(new Error('enough')), 50);
    expect(await trees).toMatchObject([{ status: 'rejected', reason: { message: 'enough' } }, { status: 'fulfilled' }]);
  });

  it('stops when all of them give up, and leaves nothing behind', async () => {
    const impatient = new AbortController();
    const source = layeredSource('slow', slow(`sha256:${'2'.repeat(64)}`), place.context);
    setTimeout(() => impatient.abort(new Error('enough')), 50);
    await expect(source.tree(impatient.signal)).rejects.toThrow('enough');
    await expect.poll(() => place.unfinished()).toEqual([]);
    expect(await place.kept('tar')).toEqual([]);
  });
});

describe('hostile layers', () => {
  const zeros = gzipSync(Buffer.alloc(32 * 1024 ** 2));
  const folders = gzipSync(Buffer.concat(Array.from({ length: 5000 }, (_, at) => rawEntry({ name: `d${at}/`, kind: '5' }))));
  const times = (count: number, bytes: Buffer): Buffer => Buffer.concat(Array.from({ length: count }, () => bytes));
  const claims = (size: number): Buffer => rawEntry({ name: 'zeros', patch: (header) => header.write(size.toString(8).padStart(11, '0'), 124) });
  const entries = (...list: RawEntry[]): Buffer => rawTar(list);

  it.each<[string, () => Buffer, string, RegExp]>([
    ['a name with ".."', () => entries({ name: '../../etc/passwd' }), 'ARCHIVE_NAME_UNSAFE', /leads out/],
    ['a hard link to "..": the host', () => entries({ name: 'x', kind: '1', target: '../../etc/shadow' }), 'ARCHIVE_NAME_UNSAFE', /leads out/],
    ['a hard link to nowhere', () => entries({ name: 'x', kind: '1', target: 'nothing' }), 'ARCHIVE_LINK_DANGLING', /"nothing", which is not there/],
    ['a hard link through a link that leads out', () => entries({ name: 'out', kind: '2', target: '/../../../etc' }, { name: 'x', kind: '1', target: 'out/passwd' }), 'ARCHIVE_LINK_DANGLING', /not there/],
    ['links in a circle', () => entries({ name: 'a', kind: '2', target: 'b' }, { name: 'b', kind: '2', target: 'a' }, { name: 'a/x' }), 'ARCHIVE_LINK_LOOP', /circle/],
    ['10 GB of zeros in one file', () => gzipSync(claims(8 * 1024 ** 3 - 1)), 'ARCHIVE_TOO_BIG', /more than 4 GiB/],
    ['10 GB of zeros and nothing else (gzip)', () => times(320, zeros), 'ARCHIVE_TOO_BIG', /after its end/],
    ['10 GB of zeros and nothing else (zstd)', () => times(10, execFileSync('sh', ['-c', 'head -c 1G /dev/zero | zstd -q -c'])), 'ARCHIVE_TOO_BIG', /after its end/],
    ['a million entries', () => times(200, folders), 'ARCHIVE_TOO_MANY_ENTRIES', /more than 300000 entries/],
    ['PAX headers of megabytes', () => entries({ name: 'x', pax: { comment: 'x'.repeat(3_000_000) } }), 'ARCHIVE_HEADER_TOO_BIG', /1048576/],
    ['a name of 256 bytes', () => entries({ name: 'x', pax: { path: 'n'.repeat(256) } }), 'ARCHIVE_NAME_UNSAFE', /longer than 255/],
    ['a path of 5000 bytes', () => entries({ name: 'x', pax: { path: 'n/'.repeat(2500) } }), 'ARCHIVE_NAME_UNSAFE', /longer than 4095/],
    ['a whiteout of the folder above', () => entries({ name: 'd/.wh...' }), 'ARCHIVE_NAME_UNSAFE', /whiteout/],
    ['an archive that is cut', () => entries({ name: 'x', content: 'x'.repeat(5000) }).subarray(0, 2000), 'ARCHIVE_CORRUPT', /ends in the middle/],
    ['gzip that is cut', () => gzipSync(randomBytes(50_000)).subarray(0, 20_000), 'ARCHIVE_CORRUPT', /./],
    ['no archive at all', () => Buffer.from('<html>not found</html>'.repeat(50)), 'ARCHIVE_CORRUPT', /checksum/],
  ])('%s: refused, naming reference and layer, and nothing is kept', async (_, make, code, message) => {
    await layout.index([await layout.image([good, make()])]);
    const source = await place.resolve('oci:layout');
    const digest = source.image?.layers[1]?.digest.slice(0, 19) ?? '';
    const error: unknown = await source.tree(signal).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect((error as Error).message).toContain(`oci:layout: layer 2 of 2 (${digest}…): `);
    expect(await place.unfinished()).toEqual([]);
    // What is well-formed as an archive may be kept: it is refused again each time a tree is made of it.
    expect((await place.kept('tar')).length).toBeLessThanOrEqual(2);
  });

  it.each<[string, RawEntry[], Record<string, string>]>([
    ['absolute names', [{ name: '/etc/passwd', content: 'x' }], { etc: '/', 'etc/passwd': 'slice of 1' }],
    ['links that lead out', [{ name: 'out', kind: '2', target: '../../../tmp' }, { name: 'out/x', content: 'x' }], { out: '->../../../tmp', tmp: '/', 'tmp/x': 'slice of 1' }],
    ['names with newlines and bytes that are no text', [{ name: Buffer.from('a\n\xff', 'latin1') }], { 'a\n\udcff': 'slice of 0' }],
    ['names of 255 bytes', [{ name: 'x', pax: { path: Buffer.alloc(255, 0xfe) } }], { ['\udcfe'.repeat(255)]: 'slice of 0' }],
    ['hard links to symbolic links', [{ name: 's', kind: '2', target: 'nowhere' }, { name: 'h', kind: '1', target: 's' }], { h: '->nowhere', s: '->nowhere' }],
    ['hard links through folders that are links', [{ name: 'real/f', content: 'x' }, { name: 'way', kind: '2', target: 'real' }, { name: 'h', kind: '1', target: 'way/f' }], { h: 'slice of 1', real: '/', 'real/f': 'slice of 1', way: '->real' }],
    ['whiteouts of what is not there', [{ name: '.wh.nothing' }, { name: 'no/such/.wh.folder' }, { name: 'not/.wh..wh..opq' }], {}],
  ])('%s: kept inside the tree', async (_, list, expected) => {
    expect(await treeOf(rawTar(list))).toEqual(expected);
  });

  it('10 GB of zeros in one file: takes no room on the disk up to the limit', async () => {
    const file = claims(64 * 1024 ** 2);
    await treeOf(Buffer.concat([gzipSync(file), zeros, zeros, gzipSync(Buffer.alloc(1024))]));
    const [key = ''] = await place.kept('tar');
    expect(Number(execFileSync('du', ['-k', join(place.folder, 'cache/entries/tar', key, 'data.tar')]).toString().split('\t')[0])).toBeLessThan(1024);
  });
});

describe('a layer whose bytes are not what the manifest promises', () => {
  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['others of the same size', (bytes) => Buffer.concat([Buffer.from('X'), bytes.subarray(1)])],
    ['others that unpack as well', () => gzipSync(rawTar([{ name: 'evil' }]))],
    ['the right ones and more behind the end of the archive', (bytes) => Buffer.concat([bytes, Buffer.alloc(10_240)])],
    ['the right ones and more behind the end of gzip', (bytes) => Buffer.concat([bytes, Buffer.from('more')])],
    ['too few', (bytes) => bytes.subarray(0, -10)],
    ['none', () => Buffer.alloc(0)],
  ])('%s: refused, and the right ones work at the next try', async (_, damage) => {
    for (const right of [good, gzipSync(good)]) {
      await layout.index([await layout.image([right])]);
      const source = await place.resolve('oci:layout');
      const path = join(layout.folder, 'blobs', ...(source.image?.layers[0]?.digest ?? '').split(':'));
      await writeFile(path, damage(right));
      await expect(source.tree(signal)).rejects.toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH', message: expect.stringContaining('oci:layout: layer 1 of 1') as string });
      expect(await place.unfinished()).toEqual([]);
      await writeFile(path, right);
      expect(show(await source.tree(signal))).toMatchObject({ 'etc/hosts': 'slice of 9' });
    }
  });
});
