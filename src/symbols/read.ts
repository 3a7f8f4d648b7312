// Reads the symbols of a kernel from a file: System.map, the form of /proc/kallsyms, or vmlinux with its symbol table.
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { decompress, detectCompression } from '../archive/compress.ts';
import type { Arch } from '../model/arch.ts';
import { HarnessError } from '../model/errors.ts';
import type { Symbols } from '../model/symbols.ts';
import { errorCode } from '../sys/fs.ts';
import { ElfError, isElf, readElf, type ReadAt } from './elf.ts';
import { readMap } from './map.ts';
import type { Symbol } from './symbol.ts';
import { createSymbols } from './table.ts';

/** The largest System.map is some 15 MB. */
const mapLimit = 256 * 1024 ** 2;

export interface SymbolFile {
  readonly path: string;
  readonly symbols: Symbols;
  /** A vmlinux that also holds lines of source code, for addr2line. */
  readonly debug: boolean;
}

/** What the symbols must be of; any kernel's where it is not known. */
export type Target = Pick<Arch, 'name' | 'elfMachine'>;

/**
 * Reads a file that is not compressed. `shown` is its name for people.
 * @throws HarnessError `SYMBOLS_UNREADABLE`, `SYMBOLS_NONE`, `SYMBOLS_WRONG_ARCH`
 */
export async function readSymbols(path: string, shown: string, target?: Target): Promise<SymbolFile> {
  try {
    await using file = await open(path);
    const read: ReadAt = async (offset, length) => {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await file.read(bytes, 0, length, offset);
      return bytes.subarray(0, bytesRead);
    };
    const head = await read(0, 6);
    if (isElf(head)) return { path, ...await fromElf(read, shown, target) };
    const { size } = await file.stat();
    if (size > mapLimit || head.includes(0)) throw noSymbols(shown, 'it is neither a System.map nor an ELF file');
    return { path, symbols: fromMap(await readFile(path, 'latin1'), shown, target), debug: false };
  } catch (error) {
    throw unreadable(error, shown);
  }
}

/** Whether a file is compressed, by its first bytes. @throws HarnessError `SYMBOLS_UNREADABLE` */
export async function isPacked(path: string, shown: string): Promise<boolean> {
  try {
    await using file = await open(path);
    const head = Buffer.alloc(6);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return detectCompression(head.subarray(0, bytesRead)) !== 'none';
  } catch (error) {
    throw unreadable(error, shown);
  }
}

/** Writes what a compressed file holds. @throws HarnessError `SYMBOLS_UNREADABLE` */
export async function unpackSymbols(path: string, shown: string, target: string): Promise<void> {
  try {
    await pipeline(decompress(createReadStream(path, { highWaterMark: 1024 * 1024 })), createWriteStream(target));
  } catch (error) {
    throw unreadable(error, shown);
  }
}

async function fromElf(read: ReadAt, shown: string, target: Target | undefined): Promise<Omit<SymbolFile, 'path'>> {
  const elf = await readElf(read);
  if (target !== undefined && elf.machine !== target.elfMachine) {
    throw new HarnessError('SYMBOLS_WRONG_ARCH', `the symbols in ${shown} are of another architecture than ${target.name} (ELF machine ${elf.machine}, expected ${target.elfMachine})`, { hint: 'name the vmlinux of this kernel' });
  }
  if (!elf.linked) throw noSymbols(shown, 'it is an object file or a module, which is linked only when it is loaded');
  const symbols = withCode(elf.symbols);
  if (symbols === undefined) throw noSymbols(shown, 'its symbols have been stripped (no .symtab with functions)');
  return { symbols: createSymbols(shown, symbols), debug: elf.debug };
}

function fromMap(text: string, shown: string, target: Target | undefined): Symbols {
  const elsewhere = /The real System\.map is in the (\S+) package/.exec(text.slice(0, 4096))?.[1];
  if (elsewhere !== undefined) throw noSymbols(shown, `it only says that the real one is in the package ${elsewhere}`);
  const { symbols: all, digits, strange } = readMap(text);
  if (strange !== undefined) {
    const what = strange.line === 1 ? 'it is neither a System.map nor an ELF file' : `line ${strange.line} is no line of a System.map: ${JSON.stringify(strange.text)}`;
    throw noSymbols(shown, what);
  }
  const symbols = withCode(all);
  if (symbols === undefined) throw noSymbols(shown, text.trim() === '' ? 'it is empty' : 'it names no function');
  if (symbols.every(({ address }) => address === 0n)) {
    throw noSymbols(shown, 'all its addresses are 0: the kernel hides them from who is not root', 'read /proc/kallsyms as root');
  }
  const wide = target === undefined ? undefined : bits(target) === 64;
  if (wide !== undefined && wide !== (digits === 16)) {
    throw new HarnessError('SYMBOLS_WRONG_ARCH', `the symbols in ${shown} are of another architecture than ${target?.name ?? ''}: its addresses have ${digits * 4} bits`, { hint: 'name the System.map of this kernel' });
  }
  return createSymbols(shown, symbols);
}

const withCode = (symbols: readonly Symbol[]): readonly Symbol[] | undefined => (symbols.some(({ code }) => code) ? symbols : undefined);

/** i386 and ARM have 32 bits. */
const bits = ({ elfMachine }: Target): 32 | 64 => ([3, 40].includes(elfMachine) ? 32 : 64);

function noSymbols(shown: string, why: string, hint = 'expected a System.map, a copy of /proc/kallsyms, or a vmlinux that is not stripped; also .gz, .xz or .zst'): HarnessError {
  return new HarnessError('SYMBOLS_NONE', `${shown} holds no symbols of a kernel: ${why}`, { hint });
}

function unreadable(error: unknown, shown: string): unknown {
  if (error instanceof ElfError) return new HarnessError('SYMBOLS_UNREADABLE', `the symbols in ${shown} cannot be read: ${error.message}`, { hint: 'the file is damaged: fetch or build it again', cause: error });
  if (error instanceof HarnessError && error.code.startsWith('SYMBOLS_')) return error;
  const why: Readonly<Record<string, string>> = { ENOENT: 'it does not exist', EACCES: 'it may not be read by you', EISDIR: 'it is a folder' };
  if (!(error instanceof HarnessError) && errorCode(error) === undefined) return error;
  const reason = why[errorCode(error) ?? ''] ?? (error instanceof Error ? error.message : String(error));
  return new HarnessError('SYMBOLS_UNREADABLE', `the symbols in ${shown} cannot be read: ${reason}`, { ...(error instanceof HarnessError && error.hint !== undefined ? { hint: error.hint } : {}), cause: error });
}
