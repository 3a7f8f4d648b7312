// Gives each detector the lines it asks for. Lines that nobody asks for are never cut out of their block.
import type { Finding, Line } from '../model/console.ts';
import type { Block } from './block.ts';
import type { Attention, ConsoleDetector } from './detector.ts';
import { looksLikeKtap } from './ktap/look.ts';
import { readBlockLine, readLines } from './printk.ts';
import { askerLimit, bitOf, createWordFinder, tells, type WordFinder } from './words.ts';

export interface Dispatch {
  /** What has to be told of lines. */
  readonly finder: WordFinder;
  /** The lines of a block from `from` on, up to `to`. */
  block(block: Block, from: number, to: number, firstLine: number): void;
  line(text: string, number: number, truncated: boolean, told: number): void;
}

/** Detectors that share their bits among what is told of lines. */
interface Asker {
  readonly attentions: readonly (() => Attention)[];
  readonly lines: readonly ((line: Line, holdsWord: boolean) => readonly Finding[])[];
  /** That of their words. */
  readonly bit: number;
  /** That of the words they ask for while they are open; the same where they have none. */
  readonly openBit: number;
  /** Both. */
  readonly bits: number;
}

/** `take` is given what is found, in the order of the detectors. */
export function createDispatch(all: readonly ConsoleDetector[], take: (found: readonly Finding[]) => void): Dispatch {
  const { askers, words } = askersOf(all);
  // Bits of those who read a line: for its words as things are, for what was printed into it, for its look, whatever it is.
  let waking = askers.reduce((sum, { bit }) => sum | bit, 0);
  let wantingCuts = 0;
  let wantingKtap = 0;
  let wanting = 0;
  // Of the line that is read.
  let told = 0;
  let readers = 0;

  function ask({ bit, openBit, attentions }: Asker): void {
    if (openBit !== bit) waking &= ~openBit;
    wantingCuts &= ~bit;
    wantingKtap &= ~bit;
    wanting &= ~bit;
    for (const attentionOf of attentions) {
      const attention = attentionOf();
      if (attention === 'none') continue;
      if (attention === 'lines') wanting |= bit;
      else wantingCuts |= bit;
      if (attention === 'ktap') wantingKtap |= bit;
      if (attention === 'open') waking |= openBit;
    }
  }

  function give(line: Line): void {
    let left = readers;
    for (const { bits, bit, lines } of askers) {
      if ((left & bits) === 0) continue;
      left &= ~bits;
      const holdsWord = (told & bit) !== 0;
      for (const read of lines) {
        const found = read(line, holdsWord);
        if (found.length > 0) take(found);
      }
      if (left === 0) break;
    }
  }

  function askReaders(): void {
    let left = readers;
    for (const asker of askers) {
      if ((left & asker.bits) === 0) continue;
      left &= ~asker.bits;
      ask(asker);
      if (left === 0) break;
    }
  }

  askers.forEach(ask);
  return {
    finder: createWordFinder(words),
    block(block, from, to, firstLine) {
      for (let index = from; index < to; index += 1) {
        told = block.told(index);
        readers = told & waking | wanting;
        if ((told & tells.printedInto) !== 0) readers |= wantingCuts;
        if ((wantingKtap & ~readers) !== 0 && looksLikeKtap(block.bytes, block.start(index), block.end(index))) readers |= wantingKtap;
        if (readers === 0) continue;
        const number = firstLine + index - from;
        if ((told & tells.printedInto) !== 0) readLines(block.line(index), number, false, give);
        else give(readBlockLine(block, index, number));
        askReaders();
      }
    },
    line(text, number, truncated, toldOfIt) {
      told = toldOfIt;
      readers = told & waking | wanting | wantingCuts;
      if (readers === 0) return;
      readLines(text, number, truncated, give);
      askReaders();
    },
  };
}

/** Each detector has bits of its own, as long as there are enough. */
function askersOf(all: readonly ConsoleDetector[]): { readonly askers: readonly Asker[]; readonly words: readonly (readonly string[])[] } {
  const askers: Asker[] = [];
  const words: (readonly string[])[] = [];
  for (const [index, detector] of all.entries()) {
    const isLast = words.length >= askerLimit - 2;
    const detectors = isLast ? all.slice(index) : [detector];
    const bit = bitOf(words.length);
    words.push(detectors.flatMap((one) => one.words));
    const open = detectors.flatMap((one) => one.openWords ?? []);
    const openBit = open.length === 0 ? bit : bitOf(words.length);
    if (open.length > 0) words.push(open);
    askers.push({ attentions: detectors.map(({ attention }) => attention), lines: detectors.map(({ line }) => line), bit, openBit, bits: bit | openBit });
    if (isLast) break;
  }
  return { askers, words };
}
