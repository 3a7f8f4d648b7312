// The symbols by which a console is read: from a file that a user names, whatever it is packed with, or a kernel's.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arch } from '../model/arch.ts';
import { located } from '../model/errors.ts';
import type { Kernel } from '../model/kernel.ts';
import type { Symbols } from '../model/symbols.ts';
import { isPacked, readSymbols, unpackSymbols, type SymbolFile } from '../symbols/read.ts';

/** @throws HarnessError `SYMBOLS_UNREADABLE`, `SYMBOLS_NONE` */
export async function readSymbolFile(path: string): Promise<Symbols> {
  if (!(await isPacked(path, path))) return (await readSymbols(path, path)).symbols;
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-symbols-'));
  try {
    const plain = join(folder, 'symbols');
    await unpackSymbols(path, path, plain);
    return (await readSymbols(plain, path)).symbols;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Why addresses were not named, for people. */
export const unplacedNote = (file: string): string =>
  `addresses keep their form: this kernel is not the one of ${file}, or was moved (KASLR) and does not say by how much; "nokaslr" on its command line keeps it in place`;

export type SymbolLoader = (kernel: Kernel, arch: Arch) => Promise<SymbolFile | undefined>;

/** Reads the symbols of kernels, each file once: the loader's promise is undefined for a kernel that has none. */
export function createSymbolLoader(): SymbolLoader {
  const known = new Map<string, Promise<SymbolFile>>();
  return async ({ name, symbols }, arch) => {
    if (symbols === undefined) return undefined;
    const key = JSON.stringify([symbols.path, arch.name]);
    const reading = known.get(key) ?? readSymbols(symbols.path, symbols.shown, arch);
    known.set(key, reading);
    try {
      return await reading;
    } catch (error) {
      known.delete(key);
      throw located(error, `kernel ${name}`);
    }
  };
}
