// Reads the members of a tar archive as they are stored: their order, exact names, PAX records, whatever their bytes.
// Go's archive/tar is the measure, for LinuxKit's result depends on how it reads. `readTar` gives entries to build trees
// of: it keeps neither fractions of seconds, owners' names, other PAX records nor global headers.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
import { open, type FileHandle } from 'node:fs/promises';
import { HarnessError } from '../model/errors.ts';
import type { Slice } from './entry.ts';
import { encodeName } from './names.ts';
import { decodePax } from './pax.ts';
import { BLOCK, brokenTar, decodeHeader, untilNul, type TarHeader } from './ustar.ts';

export type MemberType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'char' | 'block' | 'fifo' | 'contiguous' | 'global';

/** Whole seconds, and what goes beyond them. */
export interface MemberTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** A member of an archive. Texts hold one byte in each character (latin1), so that none is lost. */
export interface Member {
  readonly name: string;
  readonly type: MemberType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly uname: string;
  readonly gname: string;
  readonly mtime: MemberTime;
  readonly atime?: MemberTime;
  readonly ctime?: MemberTime;
  /** Target of a link. */
  readonly target: string;
  readonly device: { readonly major: number; readonly minor: number };
  /** Present for files that have bytes. */
  readonly content?: Slice;
  /** PAX records that say more than the fields above. */
  readonly pax: Readonly<Record<string, string>>;
}

/** Where an archive lies: a whole file, or a part of one. */
export interface ArchivePlace {
  readonly path: string;
  readonly offset?: number;
  readonly size?: number;
}

const MAX_MEMBERS = 300_000;
/** Extended headers beyond this are refused, as Go does. */
const MAX_EXTENSION = 1024 * 1024;
/** Bytes read at once: more where members are small and follow one another. */
const WINDOW = { least: 4 * 1024, most: 64 * 1024 } as const;
const CUT = 'it ends in the middle of a member';

/**
 * The members of an uncompressed archive, in order. Content is not read.
 * @throws HarnessError `ARCHIVE_CORRUPT`, `ARCHIVE_TOO_MANY_ENTRIES`, `ARCHIVE_ENTRY_UNSUPPORTED`
 */
export async function readMembers(place: ArchivePlace, signal?: AbortSignal): Promise<readonly Member[]> {
  await using file = await open(place.path);
  const start = place.offset ?? 0;
  const end = start + (place.size ?? (await file.stat()).size - start);
  const source = createSource(file, start, end);
  const members: Member[] = [];
  let extension: Extension = {};
  for (let at = start; at < end;) {
    if (members.length % 1024 === 0) signal?.throwIfAborted();
    const block = await source(at, BLOCK);
    const header = decodeHeader(block);
    at += BLOCK;
    if (header === undefined) {
      // Two blocks of zeros end an archive, and so does one at the end of the file.
      if (at >= end || decodeHeader(await source(at, BLOCK)) === undefined) break;
      throw brokenTar('a block of zeros stands among the members');
    }
    const isExtension = 'xgLK'.includes(header.kind);
    const size = isExtension ? header.size : bodySize(header, extension.records);
    if (size < 0) throw brokenTar('a member has a negative size');
    if (at + size > end) throw brokenTar(CUT);
    if (isExtension && size > MAX_EXTENSION) throw new HarnessError('ARCHIVE_HEADER_TOO_BIG', `the header of a member takes ${size} bytes: more than ${MAX_EXTENSION} are never needed`);
    if (header.kind === 'x') extension = { ...extension, records: await records(source, at, size) };
    else if (header.kind === 'g') members.push({ ...plain(header), type: 'global', pax: await records(source, at, size) });
    else if (header.kind === 'L') extension = { ...extension, longName: untilNul(await source(at, size)).toString('latin1') };
    else if (header.kind === 'K') extension = { ...extension, longTarget: untilNul(await source(at, size)).toString('latin1') };
    else {
      members.push({ ...toMember(header, extension, { path: place.path, offset: at, size }), ...ownerNames(block, extension.records) });
      extension = {};
    }
    if (members.length > MAX_MEMBERS) throw new HarnessError('ARCHIVE_TOO_MANY_ENTRIES', `the archive has more than ${MAX_MEMBERS} entries`);
    at += Math.ceil(size / BLOCK) * BLOCK;
  }
  return members;
}

/** The time of a PAX record; Go keeps nine digits of the fraction. */
export function parsePaxTime(text: string): MemberTime {
  const match = /^(-?)(\d{1,15})(?:\.(\d*))?$/.exec(text);
  if (match === null) throw brokenTar('a PAX record holds no time');
  const [, sign, whole = '', fraction = ''] = match;
  const seconds = Number(whole);
  const nanoseconds = Number(fraction.slice(0, 9).padEnd(9, '0'));
  if (sign !== '-') return { seconds, nanoseconds };
  return nanoseconds === 0 ? { seconds: 0 - seconds, nanoseconds } : { seconds: -seconds - 1, nanoseconds: 1e9 - nanoseconds };
}

/** What stands before a header and changes it. */
interface Extension {
  readonly records?: Readonly<Record<string, string>>;
  readonly longName?: string;
  readonly longTarget?: string;
}

/** Records that a member's fields say; the others are kept. */
const fields = new Set(['path', 'linkpath', 'size', 'uid', 'gid', 'uname', 'gname', 'mtime', 'atime', 'ctime']);
const types: Readonly<Record<string, MemberType>> = { '0': 'file', '1': 'hardlink', '2': 'symlink', '3': 'char', '4': 'block', '5': 'directory', '6': 'fifo', '7': 'contiguous' };

function toMember(header: TarHeader, { records = {}, longName = '', longTarget = '' }: Extension, body: Omit<Slice, 'kind'>): Omit<Member, 'uname' | 'gname'> {
  const name = longName || records['path'] || header.name.toString('latin1');
  if (header.kind === 'S' || Object.keys(records).some((key) => key.startsWith('GNU.sparse.'))) throw unsupported(name, 'is a sparse file');
  const stated = types[header.kind];
  if (stated === undefined) throw unsupported(name, 'is not a file, folder, link, device or pipe');
  const type = stated === 'file' && name.endsWith('/') ? 'directory' : stated;
  const time = (key: 'mtime' | 'atime' | 'ctime'): MemberTime | undefined => (records[key] ? parsePaxTime(records[key]) : undefined);
  const [atime, ctime] = [time('atime'), time('ctime')];
  return {
    name, type,
    mode: header.mode,
    uid: number(records['uid']) ?? header.uid,
    gid: number(records['gid']) ?? header.gid,
    mtime: time('mtime') ?? { seconds: header.mtime, nanoseconds: 0 },
    ...(atime === undefined ? {} : { atime }),
    ...(ctime === undefined ? {} : { ctime }),
    target: longTarget || records['linkpath'] || header.linkName.toString('latin1'),
    device: header.major === 0 && header.minor === 0 ? noDevice : { major: header.major, minor: header.minor },
    ...((type === 'file' || type === 'contiguous') && body.size > 0 ? { content: { kind: 'slice', ...body } } : {}),
    pax: Object.fromEntries(Object.entries(records).filter(([key]) => !fields.has(key))),
  };
}

const noDevice = { major: 0, minor: 0 } as const;

const plain = ({ name }: TarHeader): Omit<Member, 'type' | 'pax'> => ({
  name: name.toString('latin1'), mode: 0, uid: 0, gid: 0, uname: '', gname: '', mtime: { seconds: 0, nanoseconds: 0 }, target: '', device: noDevice,
});

/** The names of owners, which archives older than ustar do not have. */
function ownerNames(block: Buffer, records: Extension['records']): Pick<Member, 'uname' | 'gname'> {
  const stated = (at: number): string => (block.toString('latin1', 257, 262) === 'ustar' ? untilNul(block.subarray(at, at + 32)).toString('latin1') : '');
  return { uname: records?.['uname'] || stated(265), gname: records?.['gname'] || stated(297) };
}

/** Links, folders and devices have no body, whatever their size says. */
function bodySize(header: TarHeader, records: Extension['records']): number {
  return '123456'.includes(header.kind) ? 0 : (number(records?.['size']) ?? header.size);
}

function number(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) throw brokenTar('a PAX record holds no number');
  return value;
}

async function records(source: ReadBytes, at: number, size: number): Promise<Record<string, string>> {
  return Object.fromEntries([...decodePax(await source(at, size))].map(([key, value]) => [encodeName(key).toString('latin1'), value.toString('latin1')]));
}

type ReadBytes = (at: number, size: number) => Promise<Buffer>;

/** Gives bytes of the file, which is read by windows. */
function createSource(file: FileHandle, start: number, end: number): ReadBytes {
  let window = Buffer.alloc(0);
  let from = start;
  let ahead: number = WINDOW.least;
  return async (at, size) => {
    if (at + size > end) throw brokenTar(CUT);
    if (at < from || at + size > from + window.length) {
      ahead = at < from + window.length + WINDOW.least ? Math.min(2 * ahead, WINDOW.most) : WINDOW.least;
      const wanted = Math.min(Math.max(size, ahead), end - at);
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, at);
      window = buffer.subarray(0, bytesRead);
      from = at;
      if (bytesRead < size) throw brokenTar(CUT);
    }
    return window.subarray(at - from, at - from + size);
  };
}

function unsupported(name: string, why: string): HarnessError {
  return new HarnessError('ARCHIVE_ENTRY_UNSUPPORTED', `the entry ${JSON.stringify(Buffer.from(name, 'latin1').toString())} ${why}`);
}
