// System.map as `nm -n` writes it, and the form of /proc/kallsyms: address, type, name, and for a module's its name. Pure.
import type { Symbol } from './symbol.ts';

const line = /^([0-9a-f]{8}|[0-9a-f]{16}) ([a-zA-Z]) (\S+)(?:[ \t]+\[([^\]\s]+)\])?[ \t\r]*$/;

/** What a text of symbols holds. */
export interface SymbolMap {
  readonly symbols: readonly Symbol[];
  /** Digits of an address: 8 or 16; 0 where there is no symbol. */
  readonly digits: number;
  /** The first line that is none of a map, counted from 1. */
  readonly strange?: { readonly line: number; readonly text: string };
}

/** Reads all lines; a map has no others. */
export function readMap(text: string): SymbolMap {
  const symbols: Symbol[] = [];
  let digits = 0;
  let number = 0;
  for (const raw of text.split('\n')) {
    number += 1;
    const match = line.exec(raw);
    if (match === null) {
      if (raw.trim() === '') continue;
      return { symbols, digits, strange: { line: number, text: raw.slice(0, 120) } };
    }
    const [, address = '', type = '', name = '', module] = match;
    digits = address.length;
    // Constants are no places. `u` is a place of the GNU linker, `U` is none.
    if (type === 'A' || type === 'a' || type === 'U') continue;
    const code = type === 'T' || type === 't' || type === 'W' || type === 'w' || type === 'i';
    symbols.push({ address: BigInt(`0x${address}`), name, code, weak: type === 'W' || type === 'w', ...(module === undefined ? {} : { module }) });
  }
  return { symbols, digits };
}
