// The symbols by which a console is read: from a file that a user names, whatever it is packed with, or a kernel's.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arch } from '../model/arch.ts';
import { located } from '../model/errors.ts';
import type { Kernel } from '../model/kernel.ts';
import type { Symbols } from '../model/symbols.ts';
import { isPacked, readSymbols, unpackSymbols, type SymbolFile } from '../symbols/read.ts';
import { createSourceFinder, type SourceFinder } from './crash-sources.ts';

export interface KernelSymbols {
  readonly symbols: Symbols;
  readonly sourceOf: SourceFinder;
}

/**
 * For a command without a cache: what had to be unpacked is gone with the result.
 * @throws HarnessError `SYMBOLS_UNREADABLE`, `SYMBOLS_NONE`
 */
export async function openSymbolFile(path: string): Promise<KernelSymbols & AsyncDisposable> {
  if (!(await isPacked(path, path))) return { ...withSources(await readSymbols(path, path)), [Symbol.asyncDispose]: () => Promise.resolve() };
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-symbols-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const plain = join(folder, 'symbols');
    await unpackSymbols(path, path, plain);
    return { ...withSources(await readSymbols(plain, path)), [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

const withSources = (file: SymbolFile): KernelSymbols => ({ symbols: file.symbols, sourceOf: createSourceFinder(file) });

/** Why addresses were not named, for people. */
export const unplacedNote = (file: string): string =>
  `addresses keep their form: this kernel is not the one of ${file}, or was moved (KASLR) and does not say by how much; "nokaslr" on its command line keeps it in place`;

export type SymbolLoader = (kernel: Kernel, arch: Arch) => Promise<KernelSymbols | undefined>;

/** Reads the symbols of kernels, each file once; undefined for a kernel that has none. */
export function createSymbolLoader(): SymbolLoader {
  const known = new Map<string, Promise<KernelSymbols>>();
  return async ({ name, symbols }, arch) => {
    if (symbols === undefined) return undefined;
    const key = JSON.stringify([symbols.path, arch.name]);
    const reading = known.get(key) ?? readSymbols(symbols.path, symbols.shown, arch).then(withSources);
    known.set(key, reading);
    try {
      return await reading;
    } catch (error) {
      known.delete(key);
      throw located(error, `kernel ${name}`);
    }
  };
}
