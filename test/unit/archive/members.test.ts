// Members as they are stored: what other programs and our own writer put into an archive comes back, byte for byte.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePaxTime, readMembers, type Member } from '../../../src/archive/members.ts';
import { rawTar, type RawEntry } from './raw-tar.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-test-members-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function membersOf(archive: Uint8Array): Promise<readonly Member[]> {
  const path = join(folder, 'archive.tar');
  await writeFile(path, archive);
  return readMembers({ path });
}

const read = (entries: readonly RawEntry[]): Promise<readonly Member[]> => membersOf(rawTar(entries));

describe('readMembers', () => {
  it.each(['v7', 'oldgnu', 'gnu', 'ustar', 'pax'])('reads what GNU tar writes as %s', async (format) => {
    const long = 'd'.repeat(format === 'v7' || format === 'ustar' ? 60 : 180);
    execFileSync('sh', ['-ec', `rm -rf x && mkdir -p x/${long} && echo hello > x/${long}/file && ln -s ${long}/file x/link && ln x/${long}/file x/second && : > x/empty`], { cwd: folder });
    const archive = execFileSync('tar', ['--create', `--format=${format}`, '--sort=name', '--mtime=@1600000000', '--owner=4:7', '--group=5:9', 'x'], { cwd: folder });
    const members = await membersOf(archive);
    expect(members.map(({ name, type, uid, gid, mtime, target }) => [name, type, uid, gid, mtime.seconds, target])).toEqual([
      ['x/', 'directory', 7, 9, 1_600_000_000, ''],
      [`x/${long}/`, 'directory', 7, 9, 1_600_000_000, ''],
      [`x/${long}/file`, 'file', 7, 9, 1_600_000_000, ''],
      ['x/empty', 'file', 7, 9, 1_600_000_000, ''],
      ['x/link', 'symlink', 7, 9, 1_600_000_000, `${long}/file`],
      ['x/second', 'hardlink', 7, 9, 1_600_000_000, `x/${long}/file`],
    ]);
    const { content } = members[2] ?? {};
    expect(content && archive.subarray(content.offset, content.offset + content.size).toString()).toBe('hello\n');
    expect(members[3]?.content).toBeUndefined();
  });

  it('keeps bytes that are no UTF-8 in names, targets and records', async () => {
    const bytes = Buffer.from([0x66, 0xff, 0x0a, 0xc3]);
    const [plain, extended, link] = await read([
      { name: bytes },
      { name: 'x', pax: { path: Buffer.concat([bytes, bytes]), 'SCHILY.xattr.user.a': Buffer.from([0, 1, 0xfe, 0x3d, 0x0a]) } },
      { name: 'l', kind: '2', target: bytes },
    ]);
    expect(plain?.name).toBe('f\xff\n\xc3');
    expect(extended?.name).toBe('f\xff\n\xc3f\xff\n\xc3');
    expect(extended?.pax).toEqual({ 'SCHILY.xattr.user.a': '\0\x01\xfe=\n' });
    expect(link?.target).toBe('f\xff\n\xc3');
  });

  it('lets records replace fields, and a header without a body has none whatever its size', async () => {
    const members = await read([
      { name: 'a', content: 'four', size: 0, pax: { size: '4', uid: '70000000', mtime: '-1.5', comment: 'kept' } },
      { name: 'l', kind: '1', target: 'a', size: 4 },
      { name: 'b', content: 'x' },
    ]);
    expect(members.map(({ name, uid, mtime, content, pax }) => [name, uid, mtime, content?.size, pax])).toEqual([
      ['a', 70_000_000, { seconds: -2, nanoseconds: 5e8 }, 4, { comment: 'kept' }],
      ['l', 0, { seconds: 1_000_000, nanoseconds: 0 }, undefined, {}],
      ['b', 0, { seconds: 1_000_000, nanoseconds: 0 }, 1, {}],
    ]);
  });

  it('shows a global header as a member that changes no other', async () => {
    const members = await read([{ name: 'pax_global_header', kind: 'g', content: '13 mtime=999\n' }, { name: 'a' }]);
    expect(members.map(({ name, type, mtime, pax }) => [name, type, mtime.seconds, pax])).toEqual([['pax_global_header', 'global', 0, { mtime: '999' }], ['a', 'file', 1_000_000, {}]]);
  });

  it('reads an archive inside another one, and stops at its end', async () => {
    const inner = rawTar([{ name: 'inside', content: 'deep' }]);
    const outer = rawTar([{ name: 'a' }, { name: 'kernel.tar', content: inner }, { name: 'z' }]);
    const { content } = (await membersOf(outer))[1] ?? {};
    expect(content).toBeDefined();
    expect((await readMembers(content ?? { path: '' })).map(({ name, content: file }) => [name, file?.offset])).toEqual([['inside', 512 + 512 + 512]]);
  });

  it('finds nothing in an empty file', async () => {
    expect(await membersOf(Buffer.alloc(0))).toEqual([]);
  });

  const good = rawTar([{ name: 'a', content: 'x'.repeat(600) }]);
  it.each<[string, Uint8Array, string]>([
    ['a cut content', good.subarray(0, 1000), 'ARCHIVE_CORRUPT'],
    ['a cut header', good.subarray(0, 300), 'ARCHIVE_CORRUPT'],
    ['a wrong checksum', Buffer.concat([Buffer.from('b'), good.subarray(1)]), 'ARCHIVE_CORRUPT'],
    ['zeros in between', Buffer.concat([Buffer.alloc(512), good]), 'ARCHIVE_CORRUPT'],
    ['a header of megabytes', rawTar([{ name: 'a', pax: { comment: 'x'.repeat(1 << 21) } }]), 'ARCHIVE_HEADER_TOO_BIG'],
    ['a sparse file', rawTar([{ name: 'a', kind: 'S' }]), 'ARCHIVE_ENTRY_UNSUPPORTED'],
    ['an unknown kind', rawTar([{ name: 'a', kind: 'V' }]), 'ARCHIVE_ENTRY_UNSUPPORTED'],
    ['a size that is none', rawTar([{ name: 'a', pax: { size: '1e3' } }]), 'ARCHIVE_CORRUPT'],
    ['a time that is none', rawTar([{ name: 'a', pax: { mtime: 'soon' } }]), 'ARCHIVE_CORRUPT'],
  ])('refuses %s', async (_what, archive, code) => {
    await expect(membersOf(archive)).rejects.toMatchObject({ code });
  });

  it('never fails but with an error of its own, whatever the bytes', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, byte) => {
      const damaged = Buffer.from(good);
      damaged[at] = byte;
      try {
        expect((await membersOf(damaged)).length).toBeLessThanOrEqual(1);
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^ARCHIVE_/) as string });
      }
    }), { numRuns: 150 });
  });
});

describe('parsePaxTime', () => {
  it.each([['0', 0, 0], ['1600000000.25', 1_600_000_000, 25e7], ['1.0000000019', 1, 1], ['-1', -1, 0], ['-0.25', -1, 75e7], ['7.', 7, 0]])('reads %s', (text, seconds, nanoseconds) => {
    expect(parsePaxTime(text)).toEqual({ seconds, nanoseconds });
  });
});
