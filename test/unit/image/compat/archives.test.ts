// Both archives are read back by the real programs; hostile names survive.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMembers, type MemberType } from '../../../../src/archive/members.ts';
import { writeInitrdCpio } from '../../../../src/image/compat/cpio.ts';
import { inline, made, type CompatContent, type CompatEntry } from '../../../../src/image/compat/entry.ts';
import { relativePath } from '../../../../src/image/compat/go-path.ts';
import { gzip } from '../../../../src/image/compat/gzip.ts';
import { tarHeader, writeTar } from '../../../../src/image/compat/tar.ts';
import { records } from '../../archive/newc.ts';
import { collect, inPieces } from '../../archive/trees.ts';
import { never } from './context.ts';

const origin = { source: 'example/x:1', location: 'init[0]' };
const read = (content: CompatContent): AsyncIterable<Uint8Array> => inPieces(content.kind === 'inline' ? content.bytes : Buffer.alloc(0), 1000);
const file = (name: string, text: string | Uint8Array, more: Partial<CompatEntry> = {}): CompatEntry => ({ ...made({ name, type: 'file', mode: 0o644, content: [inline(text)] }, origin), ...more });
const link = (name: string, type: MemberType, target: string): CompatEntry => made({ name, type, mode: 0o777, target }, origin);
const folder = (name: string): CompatEntry => made({ name, type: 'directory', mode: 0o755 }, origin);

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'kit-test-compat-'));
});
afterAll(() => rm(place, { recursive: true, force: true }));

const bytes = (max: number): fc.Arbitrary<string> => fc.array(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: max }).map((codes) => Buffer.from(codes).toString('latin1').replaceAll('/', '-'));
const names = fc.array(fc.oneof(bytes(6), bytes(140), fc.constantFrom('a', 'newline\n', '-rf', '*')), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const entries = fc.record({
  name: names, content: fc.uint8Array({ maxLength: 1500 }), mode: fc.nat(0o7777), uid: fc.oneof(fc.nat(0o7777777), fc.nat(0xffff_fffe)), gid: fc.nat(70_000),
  mtime: fc.record({ seconds: fc.integer({ min: 0, max: 2 ** 34 }), nanoseconds: fc.oneof(fc.constant(0), fc.nat(999_999_999)) }), uname: fc.constantFrom('', 'root', 'grün'),
  pax: fc.dictionary(fc.constantFrom('SCHILY.xattr.user.a', 'SCHILY.xattr.security.capability', 'comment'), bytes(40)),
}).map(({ name, content, pax, ...more }) => file(name, content, { ...more, pax: { ...file('', '').pax, ...pax } }));

describe('the tar output', () => {
  it('gives back every entry, whatever its name, owner, time and records', async () => {
    await fc.assert(fc.asyncProperty(fc.array(entries, { maxLength: 6 }), async (list) => {
      const path = join(place, 'x.tar');
      await writeFile(path, await collect(writeTar(list, read)));
      const members = await readMembers({ path });
      expect(members.map(({ content, ...rest }) => ({ ...rest, size: content?.size ?? 0 }))).toEqual(list.map((entry) => Object.fromEntries(Object.entries(entry).filter(([key]) => key !== 'content'))));
    }), { numRuns: 100 });
  });

  it('is listed by GNU tar with the same names, types, modes, owners and times', async () => {
    const long = `${'d'.repeat(90)}/${'e'.repeat(90)}`;
    const archive = await collect(writeTar([
      folder('a'), file('a/b', 'four', { mode: 0o4755, uid: 7, gid: 9, mtime: { seconds: 1_600_000_000, nanoseconds: 0 } }), folder('a'), link('a/l', 'symlink', '../x y'), link('a/h', 'hardlink', 'a/b'),
      { ...made({ name: 'null', type: 'char', mode: 0o666 }, origin), device: { major: 1, minor: 3 } }, made({ name: 'pipe', type: 'fifo', mode: 0o600 }, origin), file(long, 'x'), file('\xc3\xbc\xff\n', 'y'),
    ], read));
    const listed = execFileSync('tar', ['--list', '--verbose', '--numeric-owner', '--utc', '--full-time', '--quoting-style=escape', '--warning=no-unknown-keyword'], { input: archive, env: { ...process.env, LC_ALL: 'C' } }).toString();
    expect(listed.trim().split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      'drwxr-xr-x 0/0 0 2017-04-18 16:30:00 a',
      '-rwsr-xr-x 7/9 4 2020-09-13 12:26:40 a/b',
      'drwxr-xr-x 0/0 0 2017-04-18 16:30:00 a',
      'lrwxrwxrwx 0/0 0 2017-04-18 16:30:00 a/l -> ../x y',
      'hrwxrwxrwx 0/0 0 2017-04-18 16:30:00 a/h link to a/b',
      'crw-rw-rw- 0/0 1,3 2017-04-18 16:30:00 null',
      'prw------- 0/0 0 2017-04-18 16:30:00 pipe',
      `-rw-r--r-- 0/0 1 2017-04-18 16:30:00 ${long}`,
      '-rw-r--r-- 0/0 1 2017-04-18 16:30:00 \\303\\274\\377\\n',
    ]);
  });

  it('has the headers Go\'s archive/tar writes', () => {
    // Made with Go 1.19 from the same fields: the digest of both headers and the records between them.
    const digest = (entry: CompatEntry): string => createHash('sha256').update(tarHeader(entry)).digest('hex').slice(0, 16);
    expect([
      folder('a/'), file('b', 'x', { mtime: { seconds: -2, nanoseconds: 5e8 } }), file(`${'n'.repeat(99)}/x`, 'x', { uid: 3_000_000, uname: 'grün' }), link('./s', 'symlink', 'ü'.repeat(60)),
    ].map(digest)).toMatchInlineSnapshot(`
      [
        "626b11bfdd4b691e",
        "d932189d86618cdb",
        "6bf3903798881acd",
        "7d13be2eb717a7ed",
      ]
    `);
  });

  it('refuses what no header can hold', () => {
    expect(() => tarHeader(file('a', '', { mode: 2 ** 30 }))).toThrow(expect.objectContaining({ code: 'COMPAT_LINUXKIT_FAILS' }));
  });
});

describe('the initrd', () => {
  it('is unpacked by the real cpio; hard links have become symbolic ones', async () => {
    const archive = await collect(writeInitrdCpio([folder('bin'), file('bin/busybox', 'old'), folder('usr'), folder('usr/bin'), link('usr/bin/sh', 'hardlink', 'bin/busybox'), file('bin/busybox', 'new'), file('boot/kernel', 'never'), folder('boot')], read));
    execFileSync('cpio', ['-idmu', '--quiet', '--no-absolute-filenames'], { cwd: place, input: archive, stdio: ['pipe', 'ignore', 'pipe'] });
    expect(await readlink(join(place, 'usr/bin/sh'))).toBe('../../bin/busybox');
    expect(await readFile(join(place, 'usr/bin/sh'), 'utf8')).toBe('new');
    await expect(readFile(join(place, 'boot/kernel'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(archive.length % 512).toBe(0);
  });

  it('holds every entry in order with inodes from 721, whatever the names', async () => {
    await fc.assert(fc.asyncProperty(fc.array(entries, { maxLength: 8 }), async (some) => {
      const list = some.filter(({ mtime }) => mtime.seconds < 2 ** 32);
      const found = records(await collect(writeInitrdCpio(list, read)));
      const kept = list.filter(({ name }) => !name.startsWith('boot/'));
      expect(found.map(({ ino }) => ino)).toEqual([...kept, 'trailer'].map((_, index) => 721 + index));
      expect(found.slice(0, -1).map(({ name, mode, uid, gid, mtime, data }) => [name, mode, uid, gid, mtime, data.toString('latin1')])).toEqual(
        kept.map(({ name, mode, uid, gid, mtime, content }) => [Buffer.from(name, 'latin1').toString(), 0o100000 | mode, uid, gid, mtime.seconds, content.map((part) => (part.kind === 'inline' ? Buffer.from(part.bytes).toString('latin1') : '')).join('')]));
    }), { numRuns: 60 });
  });

  it.each<[string, CompatEntry, string]>([
    ['a global header', { ...file('pax_global_header', ''), type: 'global' }, 'COMPAT_LINUXKIT_FAILS'],
    ['a contiguous file', { ...file('a', ''), type: 'contiguous' }, 'COMPAT_LINUXKIT_FAILS'],
    ['a time before 1970', file('a', '', { mtime: { seconds: -1, nanoseconds: 0 } }), 'ARCHIVE_NUMBER'],
    ['a time beyond 32 bits', file('a', '', { mtime: { seconds: 2 ** 32, nanoseconds: 0 } }), 'ARCHIVE_NUMBER'],
  ])('refuses %s', async (_what, entry, code) => {
    await expect(collect(writeInitrdCpio([entry], read))).rejects.toMatchObject({ code });
  });
});

describe('relativePath', () => {
  it.each([
    ['usr/bin', 'bin/busybox', '../../bin/busybox'], ['.', 'a/b', 'a/b'], ['a', 'a', '.'], ['a/b', 'a/./c/../d', '../d'], ['/x', '/y/z', '../y/z'], ['a', '..', '../..'], ['a', '.', '..'],
    ['a', '/b', undefined], ['..', 'a', undefined],
  ])('leads from %s to %s', (from, to, way) => {
    expect(relativePath(from, to)).toBe(way);
  });
});

describe('gzip', () => {
  it('is one member that unpacks to the same bytes, equal however these were cut', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(3_000_000), fc.integer({ min: 1000, max: 2_000_000 }), async (size, piece) => {
      const data = Buffer.alloc(size, 'some text that repeats itself, ');
      const packed = await collect(gzip(inPieces(data, piece), never));
      expect(gunzipSync(packed).equals(data)).toBe(true);
      expect(packed.equals(await collect(gzip(inPieces(data, 700_001), never)))).toBe(true);
      expect(packed.subarray(0, 10).toString('hex')).toBe('1f8b080000096e8800ff');
    }), { numRuns: 8 });
  });
});
