// Writes entries as Go's archive/tar does in PAX format, byte for byte: a header of records (sorted) where a field cannot
// hold what there is to say, LinuxKit's own two records always. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
import type { MemberTime, MemberType } from '../../archive/members.ts';
import { linuxkitFails, type CompatContent, type CompatEntry } from './entry.ts';
import { cleanPath } from './go-path.ts';

const flags: Readonly<Record<MemberType, string>> = { file: '0', hardlink: '1', symlink: '2', char: '3', block: '4', directory: '5', fifo: '6', contiguous: '7', global: 'g' };
const BLOCK = 512;
const zeros = Buffer.alloc(2 * BLOCK);

/** The archive in pieces; the bytes of files come as `read` gives them. */
export async function* writeTar(entries: Iterable<CompatEntry>, read: (content: CompatContent) => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    yield tarHeader(entry);
    for (const part of entry.content) yield* read(part);
    if (entry.size % BLOCK > 0) yield zeros.subarray(0, BLOCK - (entry.size % BLOCK));
  }
  yield zeros;
}

/** The header of an entry, with the PAX header in front of it. */
export function tarHeader(entry: CompatEntry): Buffer {
  const records = paxRecords(entry);
  const data = Buffer.from(Object.keys(records).sort(byBytes).map((key) => paxRecord(key, records[key] ?? '')).join(''), 'latin1');
  const padded = Buffer.concat([data, zeros.subarray(0, (BLOCK - (data.length % BLOCK)) % BLOCK)]);
  if (entry.type === 'global') return Buffer.concat([block(extended(entry.name === '' ? 'GlobalHead.0.0' : entry.name, 'g', data.length)), padded]);
  const main = block({ ...entry, name: ascii(entry.name), target: ascii(entry.target), uname: ascii(entry.uname), gname: ascii(entry.gname), flag: flags[entry.type], mtime: entry.mtime.seconds });
  if (data.length === 0) return main;
  const slash = entry.name.lastIndexOf('/') + 1;
  const name = cleanPath(`${entry.name.slice(0, slash)}PaxHeaders.0/${entry.name.slice(slash)}`);
  return Buffer.concat([block(extended(ascii(name).slice(0, 100).replace(/\/+$/, ''), 'x', data.length)), padded, main]);
}

/** What the fields of a header cannot say, and the entry's own records. */
function paxRecords(entry: CompatEntry): Readonly<Record<string, string>> {
  if (entry.type === 'global') return entry.pax;
  const { name, target, uname, gname, uid, gid, size, mtime, atime, ctime } = entry;
  for (const [what, value] of [['mode', entry.mode], ['device number', entry.device.major], ['device number', entry.device.minor]] as const) {
    if (!fitsOctal(value, 8)) throw linuxkitFails(`${entry.name}: its ${what} ${value} fits no archive`, 'archive/tar: cannot encode header');
  }
  const text = (value: string, length: number): boolean => value.length > length || !/^[\x01-\x7f]*$/.test(value);
  return {
    ...entry.pax,
    ...(text(name, 100) && { path: name }), ...(text(target, 100) && { linkpath: target }), ...(text(uname, 32) && { uname }), ...(text(gname, 32) && { gname }),
    ...(!fitsOctal(uid, 8) && { uid: String(uid) }), ...(!fitsOctal(gid, 8) && { gid: String(gid) }), ...(!fitsOctal(size, 12) && { size: String(size) }),
    ...((mtime.nanoseconds > 0 || !fitsOctal(mtime.seconds, 12)) && { mtime: paxTime(mtime) }),
    ...(atime && { atime: paxTime(atime) }), ...(ctime && { ctime: paxTime(ctime) }),
  };
}

function paxTime({ seconds, nanoseconds }: MemberTime): string {
  if (nanoseconds === 0) return String(seconds);
  const [sign, whole, rest] = seconds < 0 ? ['-', -(seconds + 1), 1e9 - nanoseconds] : ['', seconds, nanoseconds];
  return `${sign}${whole}.${String(rest).padStart(9, '0').replace(/0+$/, '')}`;
}

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let size = rest.length + String(rest.length).length;
  if (rest.length + String(size).length !== size) size = rest.length + String(size).length;
  return `${size}${rest}`;
}

interface Fields extends Pick<CompatEntry, 'name' | 'mode' | 'uid' | 'gid' | 'size' | 'target' | 'uname' | 'gname' | 'device'> {
  readonly flag: string;
  readonly mtime: number;
}

const extended = (name: string, flag: string, size: number): Fields => ({ name: ascii(name), flag, size, mode: 0, uid: 0, gid: 0, mtime: 0, target: '', uname: '', gname: '', device: { major: 0, minor: 0 } });

function block(fields: Fields): Buffer {
  const bytes = Buffer.alloc(BLOCK);
  const isExtended = fields.flag === 'x' || fields.flag === 'g';
  const text = (value: string, at: number, length: number): void => {
    bytes.write(value.slice(0, length), at, 'latin1');
    // A name that is cut behind a slash would be taken for a folder's.
    if (value.length > length && bytes[at + length - 1] === 0x2f) bytes[at + value.slice(0, length).replace(/\/+$/, '').length] = 0;
  };
  const octal = (value: number, at: number, length: number): void => void bytes.write((fitsOctal(value, length) ? value : 0).toString(8).padStart(length - 1, '0'), at, 'latin1');
  text(fields.name, 0, 100);
  octal(fields.mode, 100, 8);
  octal(fields.uid, 108, 8);
  octal(fields.gid, 116, 8);
  octal(fields.size, 124, 12);
  octal(fields.mtime, 136, 12);
  bytes.write(fields.flag, 156, 'latin1');
  text(fields.target, 157, 100);
  bytes.write('ustar\x0000', 257, 'latin1');
  text(fields.uname, 265, 32);
  text(fields.gname, 297, 32);
  if (!isExtended) {
    octal(fields.device.major, 329, 8);
    octal(fields.device.minor, 337, 8);
  }
  bytes.fill(0x20, 148, 156);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

const fitsOctal = (value: number, length: number): boolean => value >= 0 && value < 8 ** (length - 1);
/** Fields hold ASCII alone; the rest is in a record. */
const ascii = (text: string): string => text.replace(/[^\x01-\x7f]/g, '');
const byBytes = (a: string, b: string): number => (a < b ? -1 : 1);
