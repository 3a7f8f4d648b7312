// Archives that are unusual, broken or hostile; tar.test.ts has the ones real programs write.
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/archive/entry.ts';
import { createTarReader, readTar, tarLimits, type TarLimits } from '../../../src/archive/tar-read.ts';
import { paxRecords, rawEntry, rawTar, type RawEntry } from './raw-tar.ts';
import { inPieces } from './trees.ts';

const read = (entries: readonly RawEntry[], limits: Partial<TarLimits> = {}): Promise<Entry[]> => readTar(inPieces(rawTar(entries), 700), '/spool', limits);
const first = async (entries: readonly RawEntry[]): Promise<Entry | undefined> => (await read(entries))[0];

describe('readTar', () => {
  it('keeps names that are not UTF-8, in headers, PAX records and GNU\'s long names', async () => {
    const odd = Buffer.from([0x61, 0xff, 0xc3, 0x28]);
    const name = 'a\udcff\udcc3(';
    expect((await first([{ name: odd }]))?.name).toBe(name);
    expect((await first([{ name: 'x', pax: { path: odd } }]))?.name).toBe(name);
    expect((await first([{ name: '././@LongLink', kind: 'L', content: Buffer.concat([odd, Buffer.of(0)]) }, { name: 'x' }]))?.name).toBe(name);
    expect(await first([{ name: 'x', kind: '2', target: odd }])).toMatchObject({ target: name });
    expect(await first([{ name: 'x', kind: '2', target: 'y', pax: { linkpath: odd } }])).toMatchObject({ target: name });
    expect(await first([{ name: '././@LongLink', kind: 'K', content: odd }, { name: 'x', kind: '2' }])).toMatchObject({ target: name });
  });

  it('keeps names with newlines and equals signs in PAX records', async () => {
    expect((await first([{ name: 'x', pax: { path: 'a\n12 path=b\n', mtime: '-1.5' } }]))).toMatchObject({ name: 'a\n12 path=b\n', mtime: -2 });
  });

  it('reads numbers in base 256, negative ones too', async () => {
    const patch = (header: Buffer): void => {
      header.set([0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff], 108);
      header.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe], 136);
    };
    expect(await first([{ name: 'x', patch }])).toMatchObject({ uid: 0x7fffffff, mtime: -2 });
  });

  it('keeps extended attributes byte for byte', async () => {
    const capability = Buffer.from([1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0xff, 0x0a, 0, 0]);
    const entry = await first([{ name: 'x', pax: { 'SCHILY.xattr.user.b': '', 'SCHILY.xattr.security.capability': capability, comment: 'no' } }]);
    expect(entry?.xattrs).toEqual({ 'security.capability': capability, 'user.b': Buffer.alloc(0) });
  });

  it('takes back a record whose value is empty', async () => {
    expect(await first([{ name: 'real', pax: { path: '' } }])).toMatchObject({ name: 'real' });
  });

  it('takes the size of a PAX record for that of the content', async () => {
    const entries = await read([{ name: 'x', content: 'hello', pax: { size: '5' }, patch: (header) => void header.write('00000000000', 124) }, { name: 'y' }]);
    expect(entries).toMatchObject([{ name: 'x', content: { offset: 1536, size: 5 } }, { name: 'y' }]);
  });

  it.each<[string, RawEntry[]]>([
    ['global PAX headers, which umoci ignores', [{ name: 'g', kind: 'g', content: paxRecords({ path: 'evil', uid: '7' }) }]],
    ['global PAX headers of several megabytes', [{ name: 'g', kind: 'g', content: Buffer.alloc(3_000_000, 'x') }]],
  ])('skips %s', async (_, before) => {
    expect(await read([...before, { name: 'x' }])).toMatchObject([{ name: 'x', uid: 0 }]);
  });

  it.each<[string, RawEntry, object]>([
    ['V7 archives', { name: 'x', kind: '\0', content: 'hi', patch: (header) => void header.fill(0, 257, 265) }, { name: 'x', type: 'file' }],
    ['folders of V7, marked by a slash', { name: 'x/', kind: '\0' }, { name: 'x/', type: 'directory' }],
    ['star\'s shorter prefix', { name: 'x', patch: (header) => header.fill(0x70, 345, 345 + 131).write('tar\0', 508, 'latin1') }, { name: `${'p'.repeat(131)}/x` }],
    ['folders with a size, which have no content all the same', { name: 'x', kind: '5', size: 4096 }, { type: 'directory' }],
    ['links with a size', { name: 'x', kind: '1', target: 'y', size: 4096 }, { type: 'hardlink' }],
    ['contiguous files', { name: 'x', kind: '7', content: 'hi' }, { type: 'file', content: { size: 2 } }],
    ['devices', { name: 'x', kind: '3', device: [1, 3] }, { type: 'char', major: 1, minor: 3 }],
  ])('reads %s', async (_, entry, expected) => {
    expect(await read([entry, { name: 'next' }])).toMatchObject([expected, { name: 'next' }]);
  });

  it('takes an archive without its end marker, as Go does', async () => {
    expect(await readTar(inPieces(rawEntry({ name: 'x' }), 512), '/spool')).toHaveLength(1);
    expect(await readTar(inPieces(Buffer.alloc(0), 512), '/spool')).toEqual([]);
  });

  it('does not look behind the end marker', async () => {
    const archive = Buffer.concat([rawTar([{ name: 'x' }]), rawTar([{ name: 'hidden' }])]);
    expect(await readTar(inPieces(archive, 512), '/spool')).toMatchObject([{ name: 'x' }]);
  });

  const long = 2 * 1024 ** 2;
  it.each<[string, RawEntry[], string]>([
    ['a PAX header of megabytes', [{ name: 'x', kind: 'x', content: Buffer.alloc(long) }], 'ARCHIVE_HEADER_TOO_BIG'],
    ['a PAX header that claims to be huge', [{ name: 'x', kind: 'x', size: 2 ** 32 }], 'ARCHIVE_HEADER_TOO_BIG'],
    ['a GNU long name of megabytes', [{ name: 'x', kind: 'L', content: Buffer.alloc(long) }], 'ARCHIVE_HEADER_TOO_BIG'],
    ['a file that claims more than an archive may have', [{ name: 'x', size: 5 * 1024 ** 3 }], 'ARCHIVE_TOO_BIG'],
    ['a PAX size that is huge', [{ name: 'x', pax: { size: '9007199254740991' } }], 'ARCHIVE_TOO_BIG'],
    ['a PAX size beyond all numbers', [{ name: 'x', pax: { size: '99999999999999999999' } }], 'ARCHIVE_CORRUPT'],
    ['a negative PAX size', [{ name: 'x', pax: { size: '-5' } }], 'ARCHIVE_CORRUPT'],
    ['a negative size', [{ name: 'x', patch: (header) => header.fill(0xff, 124, 136) }], 'ARCHIVE_CORRUPT'],
    ['a number beyond all integers', [{ name: 'x', patch: (header) => header.fill(0x9f, 124, 136) }], 'ARCHIVE_CORRUPT'],
    ['a number that is none', [{ name: 'x', patch: (header) => void header.write('rwxrwxr', 100) }], 'ARCHIVE_CORRUPT'],
    ['a PAX number that is none', [{ name: 'x', pax: { uid: '0x10' } }], 'ARCHIVE_CORRUPT'],
    ['a PAX record that is longer than its header', [{ name: 'x', kind: 'x', content: '99 path=x\n' }, { name: 'y' }], 'ARCHIVE_CORRUPT'],
    ['a PAX record without an end', [{ name: 'x', kind: 'x', content: '9 path=xy' }, { name: 'y' }], 'ARCHIVE_CORRUPT'],
    ['a PAX record without a length', [{ name: 'x', kind: 'x', content: 'path=x\n' }, { name: 'y' }], 'ARCHIVE_CORRUPT'],
    ['a PAX record of no length', [{ name: 'x', kind: 'x', content: '0 path=x\n' }, { name: 'y' }], 'ARCHIVE_CORRUPT'],
    ['an extended attribute beyond Linux\'s limit', [{ name: 'x', pax: { 'SCHILY.xattr.user.x': Buffer.alloc(70_000) } }], 'ARCHIVE_ENTRY_UNSUPPORTED'],
    ['a sparse file of GNU\'s old form', [{ name: 'x', kind: 'S', content: 'x' }], 'ARCHIVE_ENTRY_UNSUPPORTED'],
    ['a sparse file of GNU\'s PAX form', [{ name: 'x', pax: { 'GNU.sparse.major': '1' } }], 'ARCHIVE_ENTRY_UNSUPPORTED'],
    ['an entry of an unknown kind', [{ name: 'x', kind: 'V' }], 'ARCHIVE_ENTRY_UNSUPPORTED'],
  ])('refuses %s', async (_, entries, code) => {
    await expect(read(entries)).rejects.toMatchObject({ code });
  });

  it('refuses an entry behind a single block of zeros', async () => {
    await expect(readTar(inPieces(Buffer.concat([Buffer.alloc(512), rawEntry({ name: 'x' })]), 512), '/spool')).rejects.toMatchObject({ code: 'ARCHIVE_CORRUPT' });
  });

  it('refuses names that fill the memory', async () => {
    const entries = Array.from({ length: 20 }, (_, at) => ({ name: `${at}`, pax: { path: 'n'.repeat(100_000) } }));
    await expect(read(entries, { maxNameBytes: 1024 ** 2 })).rejects.toMatchObject({ code: 'ARCHIVE_TOO_MANY_ENTRIES', message: expect.stringContaining('names') as string });
  });

  it('steps over contents when it is told to', () => {
    const archive = rawTar([{ name: 'a', content: Buffer.alloc(5000) }, { name: 'b', content: 'x' }]);
    const reader = createTarReader('/spool', tarLimits);
    let pushed = 0;
    for (let at = 0; at < archive.length && !reader.ended;) {
      reader.push(archive.subarray(at, at + 512));
      pushed += 512;
      at += 512 + reader.skippable;
      reader.skip(reader.skippable);
    }
    expect(reader.finish()).toMatchObject([{ name: 'a', content: { offset: 512 } }, { name: 'b', content: { offset: 6144 } }]);
    expect(pushed).toBe(2048);
  });
});
