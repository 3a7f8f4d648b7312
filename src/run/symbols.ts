// Symbols from a file that a user names, whatever it is packed with.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Symbols } from '../model/symbols.ts';
import { isPacked, readSymbols, unpackSymbols } from '../symbols/read.ts';

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
