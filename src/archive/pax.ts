// Records of PAX extended headers: `LENGTH KEY=VALUE\n`. Values are bytes: paths need not be UTF-8, extended attributes never are.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_03
import { brokenTar } from './ustar.ts';
import { decodeName, encodeName } from './names.ts';

const XATTR = 'SCHILY.xattr.';

/** @throws HarnessError `ARCHIVE_CORRUPT` */
export function decodePax(bytes: Buffer): Map<string, Buffer> {
  const records = new Map<string, Buffer>();
  for (let at = 0; at < bytes.length;) {
    // Some writers fill up with NULs.
    if (bytes[at] === 0 && bytes.subarray(at).every((byte) => byte === 0)) break;
    const space = bytes.indexOf(0x20, at);
    const digits = space === -1 || space - at > 10 ? '' : bytes.toString('latin1', at, space);
    const end = at + Number(digits);
    const equals = bytes.indexOf(0x3d, space);
    if (!/^\d+$/.test(digits) || end > bytes.length || equals === -1 || equals >= end || bytes[end - 1] !== 0x0a) throw brokenTar('a PAX header is damaged');
    const key = decodeName(bytes.subarray(space + 1, equals));
    const value = bytes.subarray(equals + 1, end - 1);
    // An empty value takes the record back.
    if (value.length === 0 && !key.startsWith(XATTR)) records.delete(key);
    else records.set(key, Buffer.from(value));
    at = end;
  }
  return records;
}

export function encodePax(records: ReadonlyMap<string, Uint8Array>): Buffer {
  return Buffer.concat([...records].map(([key, value]) => {
    const body = Buffer.concat([Buffer.from(' '), encodeName(key), Buffer.from('='), value, Buffer.from('\n')]);
    // The length counts its own digits.
    let length = body.length + 1;
    while (String(length).length + body.length !== length) length = body.length + String(length).length;
    return Buffer.concat([Buffer.from(String(length)), body]);
  }));
}

/** The extended attributes among records, sorted by name; undefined where there is none. */
export function xattrsOf(records: ReadonlyMap<string, Buffer>): Record<string, Uint8Array> | undefined {
  const found = [...records].filter(([key]) => key.startsWith(XATTR) && key.length > XATTR.length).sort(([a], [b]) => (a < b ? -1 : 1));
  return found.length === 0 ? undefined : Object.fromEntries(found.map(([key, value]) => [key.slice(XATTR.length), value]));
}

/** The record key of an extended attribute. */
export const xattrKey = (name: string): string => XATTR + name;
