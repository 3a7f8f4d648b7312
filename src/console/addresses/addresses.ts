// Names for the addresses of one console. A kernel may have been moved when it booted (KASLR): by how much, it says itself at
// the end of a panic, or a line tells that holds both address and name, or addresses that fit where the file puts functions.
import type { Line } from '../../model/console.ts';
import type { Symbols } from '../../model/symbols.ts';
import { readLine } from '../printk.ts';
import type { Place } from '../crashes/place.ts';
import { bareAddresses, nameAddresses, namedAddress } from './bare.ts';

export interface Addresses {
  /** Lines outside of reports that matter here hold one. */
  readonly words: readonly string[];
  /** `reported`: it may belong to a crash report; `holdsWord`: one of the words may be in it. */
  line(line: Line, reported: boolean, holdsWord: boolean): void;
  /** The line with names, by all that is known until now. */
  name(text: string, lineNumber: number): string;
  /** Reports held addresses, and nothing told where the kernel lay. */
  unplaced(): boolean;
}

/** From one banner of the kernel to the next. */
interface Boot {
  readonly from: number;
  /** What the kernel said. */
  told?: bigint;
  /** What a line with address and name says. */
  paired?: bigint;
  /** Bare addresses that lie in a function, and those of code that do not. */
  inside: number;
  outside: number;
}

const banner = /^Linux version \d/;
const offset = /Kernel Offset: (?:(disabled)|0x([0-9a-f]+)(?: from 0x([0-9a-f]+))?)/;
/** Kernels are moved by multiples of it. */
const step = 0x200000n;
/** A boot has few reports, and each few lines that tell. */
const evidence = 10_000;
/** What comes after so many boots is of one of which nothing is known. */
const bootLimit = 1000;

export function createAddresses(symbols: Symbols): Addresses {
  const boots: Boot[] = [{ from: 0, inside: 0, outside: 0 }];
  const current = (): Boot => boots.at(-1) as Boot;

  function readOffset(text: string): void {
    const match = offset.exec(text);
    if (match === null) return;
    const [, disabled, moved, from] = match;
    // A copy of /proc/kallsyms was itself taken from a kernel that had been moved.
    const base = symbols.find('_text');
    const own = base === undefined || from === undefined ? 0n : (base - BigInt(`0x${from}`)) / step * step;
    current().told = disabled === undefined ? BigInt(`0x${moved ?? '0'}`) - own : 0n;
  }

  function readReport(text: string): void {
    const boot = current();
    if (boot.told !== undefined || boot.inside + boot.outside > evidence) return;
    for (const { address, returned } of bareAddresses(text)) {
      if (nameAt(symbols, address, returned) !== undefined) boot.inside += 1;
      else if (returned) boot.outside += 1;
    }
    if (boot.paired !== undefined) return;
    const named = namedAddress(text);
    const linked = named === undefined ? undefined : symbols.find(named.name);
    if (named !== undefined && linked !== undefined) boot.paired = named.address - linked;
  }

  /** By how much the kernel was moved; undefined where nothing tells. */
  function moved({ told, paired, inside, outside }: Boot): bigint | undefined {
    if (told !== undefined) return told;
    if (paired !== undefined) return paired;
    // Modules lie elsewhere.
    return inside > 0 && inside >= 3 * outside ? 0n : undefined;
  }

  return {
    words: ['Kernel Offset: ', 'Linux version '],
    line(line, reported, holdsWord) {
      if (holdsWord && banner.test(line.text) && boots.length <= bootLimit) boots.push({ from: line.number, inside: 0, outside: 0 });
      if (boots.length > bootLimit) return;
      if (holdsWord) readOffset(line.text);
      if (reported) readReport(line.text);
    },
    name(text, lineNumber) {
      const by = moved(boots.findLast(({ from }) => from <= lineNumber) ?? current());
      if (by === undefined) return text;
      return nameAddresses(text, (address, returned) => nameAt(symbols, address - by, returned));
    },
    unplaced: () => boots.some((boot) => boot.outside > 0 && moved(boot) === undefined),
  };
}

/** A text that is nothing but reports, with names. */
export function nameText(text: string, symbols: Symbols): string {
  const addresses = createAddresses(symbols);
  const lines = text.split('\n');
  lines.forEach((line, index) => { addresses.line(readLine(line, index + 1, false, false), true, true); });
  return lines.map((line, index) => addresses.name(line, index + 1)).join('\n');
}

/** Where the symbols have a place that a line names; undefined where several functions could be meant. */
export function addressOf({ name, offset, size, returned }: Place, symbols: Symbols): bigint | undefined {
  const start = symbols.find(name);
  if (start === undefined || symbols.name(start)?.includes(`/0x${size.toString(16)}`) !== true) return undefined;
  return start + offset - (returned ? 1n : 0n);
}

/** Of a return address the function that called is meant, and the offset is still that of the address. */
function nameAt(symbols: Symbols, address: bigint, returned: boolean): string | undefined {
  if (address <= 0n) return undefined;
  const before = returned ? symbols.name(address - 1n) : undefined;
  return before?.replace(/\+0x([0-9a-f]+)\//, (_, digits: string) => `+0x${(BigInt(`0x${digits}`) + 1n).toString(16)}/`) ?? symbols.name(address);
}
