// What LinuxKit writes, entry by entry: a member of its tar output before either archive is written. Texts hold one
// byte in each character, for layers may hold any name.
import { defaultMtime, type Content } from '../../archive/entry.ts';
import type { Member, MemberType } from '../../archive/members.ts';
import { HarnessError, UsageError } from '../../model/errors.ts';

/** Bytes from a file or at hand, or of a blob that is read (and verified) when it is written. */
export type CompatContent = Content | { readonly kind: 'blob'; readonly size: number; open(signal: AbortSignal): AsyncIterable<Uint8Array> };

/** An entry of the tar output. The same name may come again and again: later ones win when it is unpacked. */
export interface CompatEntry extends Omit<Member, 'content'> {
  readonly size: number;
  readonly content: readonly CompatContent[];
}

/** Whose entry it is, kept in PAX records of LinuxKit's own. */
export interface Origin {
  /** Full image reference, or what LinuxKit says instead. */
  readonly source: string;
  /** `kernel`, `init[0]`, `onboot[2]`, … */
  readonly location: string;
}

export const contentBytes = (content: readonly CompatContent[]): number => content.reduce((sum, part) => sum + (part.kind === 'inline' ? part.bytes.byteLength : part.size), 0);

/** The bytes of a text in UTF-8, one in each character. */
export const toBytes = (text: string): string => Buffer.from(text).toString('latin1');

const nothing: readonly CompatContent[] = [];

/** A member as it was found, marked with its origin. */
export function fromMember(member: Member, origin: Origin): CompatEntry {
  return { ...member, size: member.content?.size ?? 0, content: member.content === undefined ? nothing : [member.content], pax: marked(member.pax, origin) };
}

export interface Made {
  readonly name: string;
  readonly type: MemberType;
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: number;
  readonly target?: string;
  readonly content?: readonly CompatContent[];
  readonly pax?: Readonly<Record<string, string>>;
}

/** An entry that LinuxKit makes. */
export function made({ name, type, mode, uid = 0, gid = 0, mtime = defaultMtime, target = '', content = [], pax = {} }: Made, origin: Origin): CompatEntry {
  return {
    name, type, mode, uid, gid, uname: '', gname: '', mtime: { seconds: mtime, nanoseconds: 0 }, target, device: { major: 0, minor: 0 },
    size: contentBytes(content), content, pax: marked(pax, origin),
  };
}

export const inline = (text: string | Uint8Array): CompatContent => ({ kind: 'inline', bytes: typeof text === 'string' ? Buffer.from(text) : text });

/** A folder for each part of a path that ends in a slash; LinuxKit writes them anew for each image. */
export function leadingFolders(prefix: string, origin: Origin): readonly CompatEntry[] {
  const parts = prefix.split('/').slice(0, -1);
  return parts.map((_, index) => made({ name: parts.slice(0, index + 1).join('/'), type: 'directory', mode: 0o755 }, origin));
}

const marks = new WeakMap<Origin, Readonly<Record<string, string>>>();

/** One object for all entries of an origin: images have hundreds of thousands of them. */
function mark(origin: Origin): Readonly<Record<string, string>> {
  const known = marks.get(origin) ?? { 'LINUXKIT.source': toBytes(origin.source), 'LINUXKIT.location': toBytes(origin.location) };
  marks.set(origin, known);
  return known;
}

/** Records of their own together with the origin's. */
function marked(pax: Readonly<Record<string, string>>, origin: Origin): Readonly<Record<string, string>> {
  return Object.keys(pax).length === 0 ? mark(origin) : { ...pax, ...mark(origin) };
}

/** What LinuxKit fails on is refused, with its own words for those who search for them. */
export function linuxkitFails(what: string, words: string, hint = 'build without --compat linuxkit, which has no such limit, or change the image'): HarnessError {
  return new UsageError('COMPAT_LINUXKIT_FAILS', `${what}: linuxkit build fails here with "${words}"`, { hint });
}
