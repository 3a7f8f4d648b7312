// Gives each detector the lines it asks for. Lines that nobody asks for are never cut out of their block.
import type { Finding, Line } from '../model/console.ts';
import type { Block } from './block.ts';
import type { ConsoleDetector } from './detector.ts';
import { looksLikeKtap } from './ktap/look.ts';
import { readLines } from './printk.ts';
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
  readonly detectors: readonly ConsoleDetector[];
  /** That of their words. */
  readonly bit: number;
  /** That of the words they ask for while they are open; the same where they have none. */
  readonly openBit: number;
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

  function ask({ bit, openBit, detectors }: Asker): void {
    if (openBit !== bit) waking &= ~openBit;
    wantingCuts &= ~bit;
    wantingKtap &= ~bit;
    wanting &= ~bit;
    for (const detector of detectors) {
      const attention = detector.attention();
      if (attention === 'none') continue;
      if (attention === 'lines') wanting |= bit;
      else wantingCuts |= bit;
      if (attention === 'ktap') wantingKtap |= bit;
      if (attention === 'open') waking |= openBit;
    }
  }

  function give(line: Line): void {
    for (const { bit, openBit, detectors } of askers) {
      if ((readers & (bit | openBit)) === 0) continue;
      for (const detector of detectors) {
        const found = detector.line(line, (told & bit) !== 0);
        if (found.length > 0) take(found);
      }
    }
  }

  function read(text: string, number: number, truncated: boolean): void {
    readLines(text, number, truncated, (told & tells.printedInto) !== 0, give);
    for (const asker of askers) if ((readers & (asker.bit | asker.openBit)) !== 0) ask(asker);
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
        if (readers !== 0) read(block.line(index), firstLine + index - from, false);
      }
    },
    line(text, number, truncated, toldOfIt) {
      told = toldOfIt;
      readers = told & waking | wanting | wantingCuts;
      if (readers !== 0) read(text, number, truncated);
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
    askers.push({ detectors, bit, openBit });
    if (isLast) break;
  }
  return { askers, words };
}
