// Symbols by address: which function an address lies in, and how far into it. Pure.
import type { Symbols } from '../model/symbols.ts';
import { compareSymbols, isMark, type Symbol } from './symbol.ts';

/** No function is longer: what lies further behind the last symbol of a part of memory lies in none. */
const reach = 1024n * 1024n;

/** Puts symbols in order. Those that share an address are one, by the name that the kernel would print. */
export function createSymbols(file: string, all: readonly Symbol[]): Symbols {
  const kept: Symbol[] = [];
  for (const symbol of all.filter(({ name }) => !isMark(name)).sort(compareSymbols)) {
    const before = kept.at(-1);
    if (before?.address !== symbol.address) kept.push(symbol);
    // Where code begins and data ends, code is meant.
    else if (!before.code && symbol.code) kept[kept.length - 1] = symbol;
  }
  const addresses = BigUint64Array.from(kept, ({ address }) => address);
  let places: ReadonlyMap<string, bigint | undefined> | undefined;

  function name(address: bigint): string | undefined {
    const at = lastUpTo(addresses, address);
    const symbol = kept[at];
    if (symbol?.code !== true) return undefined;
    const offset = address - symbol.address;
    const size = sizeOf(symbol, kept[at + 1]);
    if (offset >= reach || size === undefined || offset >= size) return undefined;
    return `${symbol.name}+0x${offset.toString(16)}/0x${size.toString(16)}${symbol.module === undefined ? '' : ` [${symbol.module}]`}`;
  }

  return {
    file, name,
    find(wanted) {
      places ??= placesOf(all);
      return places.get(wanted);
    },
  };
}

/** Up to the next symbol, as the kernel counts it: padding belongs to the function before it. */
function sizeOf(symbol: Symbol, next: Symbol | undefined): bigint | undefined {
  const distance = next === undefined ? undefined : next.address - symbol.address;
  return distance === undefined || distance > reach && symbol.size !== undefined ? symbol.size : distance;
}

/** Index of the last address that is not above; -1 where there is none. */
function lastUpTo(addresses: BigUint64Array, address: bigint): number {
  let low = 0;
  let high = addresses.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((addresses[middle] ?? 0n) <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function placesOf(symbols: readonly Symbol[]): ReadonlyMap<string, bigint | undefined> {
  const places = new Map<string, bigint | undefined>();
  for (const { name, address } of symbols) places.set(name, places.has(name) && places.get(name) !== address ? undefined : address);
  return places;
}
