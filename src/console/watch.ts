// Feeds a console to all detectors and says when it has said enough. Pure: equal bytes give equal findings, however chunked.
import type { Expect } from '../model/case.ts';
import type { ConsoleWatch, Finding, WatchState } from '../model/console.ts';
import type { Symbols } from '../model/symbols.ts';
import { addressOf, createAddresses } from './addresses/addresses.ts';
import { ownText } from './clean.ts';
import type { ResultsDetector } from './detector.ts';
import { createDetectors } from './detectors/index.ts';
import { createDispatch } from './dispatch.ts';
import { isSatisfied } from './decide.ts';
import { createExcerptRecorder } from './excerpt.ts';
import { createFindingList } from './findings.ts';
import { createSplitter } from './split.ts';

/** Reads one console by what a case expects of it. With the kernel's symbols, addresses in crash reports are read as names. */
export function createWatch(expect: readonly Expect[], symbols?: Symbols): ConsoleWatch {
  const addresses = symbols && createAddresses(symbols);
  const findings = createFindingList();
  const recorder = createExcerptRecorder();
  const detectors = createDetectors(expect, { onReport: (line, panic) => { recorder.mark(line, panic ? 'panic' : 'crash'); }, onFailure: (line) => { recorder.mark(line, 'result'); } }, addresses);
  const all = [detectors.crash, detectors.milestone, detectors.exit, ...detectors.results, ...detectors.markers];
  let ended = false;
  // Kept as a view on the text it stands in until somebody asks.
  let lastText = '';

  function take(found: readonly Finding[]): void {
    for (const finding of found) {
      findings.add(finding);
      if (finding.kind === 'marker' && finding.role === 'fail') recorder.mark(finding.line, 'marker');
    }
  }

  const dispatch = createDispatch(all, take);

  const splitter = createSplitter({
    lines(block, from, to, firstLine) {
      // The recorder needs the lines before any of them is marked.
      recorder.block(block.text(from, to), firstLine, to - from);
      dispatch.block(block, from, to, firstLine);
      for (let index = to - 1; index >= Math.max(from, to - 8); index -= 1) if (remember(block.line(index))) break;
    },
    line(text, number, truncated, told) {
      recorder.line(text, number);
      dispatch.line(text, number, truncated, told);
      remember(text);
    },
  }, dispatch.finder);

  /** A blank line is none to remember. */
  function remember(text: string): boolean {
    const line = text.trim();
    if (line !== '') lastText = line;
    return line !== '';
  }

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
      ...(lastTest === undefined ? undefined : { lastTest: ownText(lastTest, lastTest.length) }),
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
