// A symbol as files hold it, and which of those that share an address the kernel would print.

/** One line of a System.map, one entry of an ELF symbol table. */
export interface Symbol {
  readonly address: bigint;
  readonly name: string;
  /** It lies in code; others only say where code ends. */
  readonly code: boolean;
  readonly weak: boolean;
  /** The module it belongs to. */
  readonly module?: string;
  /** Bytes, where the file tells. */
  readonly size?: bigint;
}

/** Marks of the assembler and the compiler, which the kernel keeps out of its own table as well (scripts/mksysmap). */
export const isMark = (name: string): boolean => name === '' || name.startsWith('.L') || name.startsWith('L0') || name.startsWith('__crc_') || name.startsWith('__kcfi_typeid_') || /^\$[adtx](?:\.|$)/.test(name);

const underscores = (name: string): number => /^_*/.exec(name)?.[0].length ?? 0;
const isMadeByLinker = (name: string): boolean => /^__(?:start|stop)_|^__(?:.*)_(?:start|end)$|^_[es](?:text|data)$|^_(?:text|end)$/.test(name);

/**
 * Order of a table: by address, then those first that scripts/kallsyms.c of the kernel prefers: strong ones, ones that no
 * linker script made, ones with fewer underscores in front. Where nothing tells, the names decide, as in what nm writes.
 */
export function compareSymbols(a: Symbol, b: Symbol): number {
  if (a.address !== b.address) return a.address < b.address ? -1 : 1;
  return Number(a.weak) - Number(b.weak) || Number(isMadeByLinker(a.name)) - Number(isMadeByLinker(b.name)) || underscores(a.name) - underscores(b.name) || (a.name < b.name ? -1 : Number(a.name > b.name));
}
