// The symbol table of an ELF file, 32 or 64 bits, either byte order: of a gigabyte of vmlinux only the headers, .symtab and
// its strings are read. System V ABI, chapters 4 and 5.
import type { Symbol } from './symbol.ts';

/** Reads bytes of a file; fewer where it ends. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

export interface ElfSymbols {
  /** `e_machine`. */
  readonly machine: number;
  /** A program or a shared object; a relocatable file has no addresses yet. */
  readonly linked: boolean;
  readonly symbols: readonly Symbol[];
  /** It has lines of source code for `addr2line`. */
  readonly debug: boolean;
}

/** Why a file is not readable as ELF. */
export class ElfError extends Error {}

export const isElf = (head: Uint8Array): boolean => head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46;

const SHT_SYMTAB = 2;
const SHF_EXECINSTR = 4;
const STT_FUNC = 2;
const STT_SECTION = 3;
const STT_FILE = 4;
const STT_TLS = 6;
const STB_WEAK = 2;
const EM_ARM = 40;
/** No file of symbols has more of either; what claims so is damaged. */
const sectionLimit = 100_000;
const tableLimit = 512 * 1024 ** 2;

/** How numbers are written in this file. */
interface Form {
  readonly wide: boolean;
  readonly u16: (bytes: Buffer, at: number) => number;
  readonly u32: (bytes: Buffer, at: number) => number;
  /** An address, an offset or a size: 4 bytes or 8. */
  readonly word: (bytes: Buffer, at: number) => bigint;
}

interface Section {
  readonly name: number;
  readonly type: number;
  readonly flags: bigint;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

/** @throws ElfError for a file that is damaged or no ELF file */
export async function readElf(read: ReadAt): Promise<ElfSymbols> {
  const head = await read(0, 64);
  if (head.length < 52 || !isElf(head)) throw new ElfError('it is no ELF file');
  const form = formOf(head);
  const sections = await readSections(head, form, read);
  const names = await readStrings(sections[form.u16(head, form.wide ? 62 : 50)], read);
  const debug = sections.some(({ name, size }) => size > 0 && /^\.z?debug_line$/.test(stringAt(names, name)));
  const table = sections.find(({ type }) => type === SHT_SYMTAB);
  const about = { machine: form.u16(head, 18), linked: form.u16(head, 16) !== 1, debug };
  if (table === undefined) return { ...about, symbols: [] };
  const strings = await readStrings(sections[table.link], read);
  return { ...about, symbols: readSymbols(await readSection(table, read), strings, sections, { ...form, thumb: about.machine === EM_ARM }) };
}

function formOf(head: Buffer): Form {
  const wide = head[4] === 2;
  if (head[4] !== 1 && head[4] !== 2 || head[5] !== 1 && head[5] !== 2) throw new ElfError('its ELF header is damaged');
  const little = head[5] === 1;
  const u32 = (bytes: Buffer, at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  return {
    wide, u32,
    u16: (bytes, at) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)),
    word: (bytes, at) => (wide ? (little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at)) : BigInt(u32(bytes, at))),
  };
}

async function readSections(head: Buffer, form: Form, read: ReadAt): Promise<readonly Section[]> {
  const { wide, u16, u32, word } = form;
  const start = Number(word(head, wide ? 40 : 32));
  const size = u16(head, wide ? 58 : 46);
  const least = wide ? 64 : 40;
  const named = u16(head, wide ? 60 : 48);
  if (start === 0) return [];
  if (size < least) throw new ElfError('its section headers are damaged');
  // With more than fit into 16 bits the first header holds their number.
  const count = named > 0 ? named : Number(word(await exactly(read, start, least), wide ? 32 : 20));
  if (count > sectionLimit) throw new ElfError('its section headers are damaged');
  const bytes = await exactly(read, start, size * count);
  return Array.from({ length: count }, (_, index): Section => {
    const at = index * size;
    return {
      name: u32(bytes, at), type: u32(bytes, at + 4), flags: word(bytes, at + 8),
      offset: Number(word(bytes, at + (wide ? 24 : 16))), size: Number(word(bytes, at + (wide ? 32 : 20))), link: u32(bytes, at + (wide ? 40 : 24)),
    };
  });
}

function readSymbols(table: Buffer, strings: Buffer, sections: readonly Section[], { wide, u16, u32, word, thumb }: Form & { readonly thumb: boolean }): readonly Symbol[] {
  const symbols: Symbol[] = [];
  const size = wide ? 24 : 16;
  for (let at = 0; at + size <= table.length; at += size) {
    const info = table[at + (wide ? 4 : 12)] ?? 0;
    const type = info & 15;
    const section = sections[u16(table, at + (wide ? 6 : 14))];
    // Undefined, absolute and common symbols are in no section.
    if (section === undefined || section.type === 0 || type === STT_SECTION || type === STT_FILE || type === STT_TLS) continue;
    const value = word(table, at + (wide ? 8 : 4));
    symbols.push({
      name: stringAt(strings, u32(table, at)),
      // Its lowest bit says that a function is in Thumb.
      address: thumb && type === STT_FUNC ? value & ~1n : value,
      code: (section.flags & BigInt(SHF_EXECINSTR)) !== 0n,
      weak: info >> 4 === STB_WEAK,
      size: word(table, at + (wide ? 16 : 8)),
    });
  }
  return symbols;
}

const readStrings = async (section: Section | undefined, read: ReadAt): Promise<Buffer> => (section === undefined ? Buffer.alloc(0) : readSection(section, read));

async function readSection(section: Section, read: ReadAt): Promise<Buffer> {
  if (section.size > tableLimit) throw new ElfError('its symbol table is damaged');
  return exactly(read, section.offset, section.size);
}

async function exactly(read: ReadAt, offset: number, length: number): Promise<Buffer> {
  const bytes = await read(offset, length);
  if (bytes.length < length) throw new ElfError('it is cut off');
  return bytes;
}

function stringAt(strings: Buffer, at: number): string {
  const end = strings.indexOf(0, at);
  return strings.toString('latin1', at, end === -1 ? strings.length : end);
}
