// Feeds a console to all detectors and says when it has said enough. Pure: equal bytes give equal findings, however chunked.
// Lines in which no detector can find anything are passed by without being cut out; only then are tens of megabytes a second possible.
import type { Expect } from '../model/case.ts';
import type { ConsoleWatch, Finding, Line, WatchState } from '../model/console.ts';
import type { Symbols } from '../model/symbols.ts';
import { addressOf, createAddresses } from './addresses/addresses.ts';
import { ownText } from './clean.ts';
import type { Block } from './block.ts';
import type { ConsoleDetector, ResultsDetector } from './detector.ts';
import { createDetectors } from './detectors/index.ts';
import { isSatisfied } from './decide.ts';
import { createExcerptRecorder } from './excerpt.ts';
import { createFindingList } from './findings.ts';
import { looksLikeKtap } from './ktap/look.ts';
import { readLines } from './printk.ts';
import { createSplitter } from './split.ts';
import { askerLimit, bitOf, createWordFinder, tells } from './words.ts';

/** Reads one console by what a case expects of it. With the kernel's symbols, addresses in crash reports are read as names. */
export function createWatch(expect: readonly Expect[], symbols?: Symbols): ConsoleWatch {
  const addresses = symbols && createAddresses(symbols);
  const findings = createFindingList();
  const recorder = createExcerptRecorder();
  const detectors = createDetectors(expect, { onReport: (line, panic) => { recorder.mark(line, panic ? 'panic' : 'crash'); }, onFailure: (line) => { recorder.mark(line, 'result'); } }, addresses);
  const all = [detectors.crash, detectors.milestone, detectors.exit, ...detectors.results, ...detectors.markers];
  const askers = groupsOf(all);
  const any = askers.reduce((sum, { bit }) => sum | bit, 0);
  /** Bits of those that have to see every line now, and of those that have to see what looks like KTAP. */
  let wanting = 0;
  let wantingKtap = 0;
  let ended = false;
  // Kept as a view on the text it stands in until somebody asks.
  let lastText = '';

  function take(found: readonly Finding[]): void {
    for (const finding of found) {
      findings.add(finding);
      if (finding.kind === 'marker' && finding.role === 'fail') recorder.mark(finding.line, 'marker');
    }
  }

  function ask({ bit, detectors: asked }: Asker): void {
    wanting &= ~bit;
    wantingKtap &= ~bit;
    for (const detector of asked) {
      const attention = detector.attention();
      if (attention === 'lines') wanting |= bit;
      else if (attention === 'ktap') wantingKtap |= bit;
    }
  }

  /** What is told of the line that is read, and the bits of those that read it. */
  let told = 0;
  let readers = 0;

  function give(line: Line): void {
    for (const { bit, detectors: asked } of askers) {
      if ((readers & bit) === 0) continue;
      for (const detector of asked) {
        const found = detector.line(line, (told & bit) !== 0);
        if (found.length > 0) take(found);
      }
    }
  }

  function read(text: string, number: number, truncated: boolean): void {
    readLines(text, number, truncated, (told & tells.printedInto) !== 0, give);
    for (const asker of askers) if ((readers & asker.bit) !== 0) ask(asker);
  }

  function scan(block: Block, from: number, to: number, firstLine: number): void {
    // The recorder needs the lines before any of them is marked.
    recorder.block(block.text(from, to), firstLine, to - from);
    for (let index = from; index < to; index += 1) {
      told = block.told(index);
      readers = told & any | wanting;
      if ((wantingKtap & ~readers) !== 0 && ((told & tells.printedInto) !== 0 || looksLikeKtap(block.bytes, block.start(index), block.end(index)))) readers |= wantingKtap;
      if (readers !== 0) read(block.line(index), firstLine + index - from, false);
    }
    for (let index = to - 1; index >= Math.max(from, to - 8); index -= 1) {
      const line = block.line(index).trim();
      if (line === '') continue;
      lastText = line;
      break;
    }
  }

  const splitter = createSplitter({
    lines: scan,
    line(text, number, truncated, toldOfIt) {
      recorder.line(text, number);
      told = toldOfIt;
      readers = told & any | wanting | wantingKtap;
      if (readers !== 0) read(text, number, truncated);
      const trimmed = text.trim();
      if (trimmed !== '') lastText = trimmed;
    },
  }, createWordFinder(askers.map((asker) => asker.detectors.flatMap(({ words }) => words))));
  askers.forEach(ask);

  function state(): WatchState {
    const lastTest = lastTestOf(detectors.results);
    lastText = ownText(lastText);
    const steps = detectors.dialogs.flatMap((dialog) => dialog.found());
    return {
      findings: steps.length === 0 ? findings.all : [...findings.all, ...steps],
      decided: detectors.crash.panicked() || expect.length > 0 && expect.every((one, index) => isSatisfied(one, index, detectors)),
      lost: detectors.crash.panicked() || detectors.markers.some((markers) => markers.failed()),
      userspace: detectors.milestone.seen('userspace'),
      ready: detectors.milestone.seen('ready'),
      lastLine: lastText,
      ...(lastTest === undefined ? undefined : { lastTest }),
    };
  }

  return {
    push(chunk) {
      for (const dialog of detectors.dialogs) dialog.push(chunk);
      splitter.push(chunk);
      return state();
    },
    end() {
      if (!ended) {
        ended = true;
        for (const dialog of detectors.dialogs) dialog.end();
        splitter.end();
        for (const detector of all) take(detector.end());
      }
      return state();
    },
    excerpt(around) {
      const lines = recorder.excerpt(around);
      return addresses === undefined ? lines : lines.map(({ number, text }) => ({ number, text: addresses.name(text, number) }));
    },
    unplaced: () => addresses?.unplaced() === true,
    placeOf({ line }) {
      const place = detectors.crash.placeOf(line);
      return place === undefined || symbols === undefined ? undefined : addressOf(place, symbols);
    },
  };
}

/** What a case asked for knows best. */
function lastTestOf(detectors: readonly ResultsDetector[]): string | undefined {
  return detectors.toReversed().map((detector) => detector.lastTest()).find((name) => name !== undefined);
}

/** Detectors that share a bit among what is told of lines. */
interface Asker {
  readonly bit: number;
  readonly detectors: readonly ConsoleDetector[];
}

/** Each has its own, as long as there are enough. */
function groupsOf(all: readonly ConsoleDetector[]): readonly Asker[] {
  const alone = all.slice(0, askerLimit - 1).map((detector) => [detector]);
  const rest = all.slice(askerLimit - 1);
  return [...alone, ...rest.length === 0 ? [] : [rest]].map((detectors, index) => ({ bit: bitOf(index), detectors }));
}
