// Feeds a console to all detectors and says when it has said enough. Pure: equal bytes give equal findings, however chunked.
// Text in which no detector can find anything is passed by in whole blocks; only then are tens of megabytes a second possible.
import type { Expect } from '../model/case.ts';
import type { ConsoleWatch, Finding, Line, WatchState } from '../model/console.ts';
import type { Symbols } from '../model/symbols.ts';
import { addressOf, createAddresses } from './addresses/addresses.ts';
import { ownText } from './clean.ts';
import type { ResultsDetector } from './detector.ts';
import { createDetectors } from './detectors/index.ts';
import { isSatisfied } from './decide.ts';
import { createExcerptRecorder } from './excerpt.ts';
import { createFindingList } from './findings.ts';
import { createGate, highestAttention } from './gate.ts';
import { readLines } from './printk.ts';
import { createSplitter } from './split.ts';

/** Reads one console by what a case expects of it. With the kernel's symbols, addresses in crash reports are read as names. */
export function createWatch(expect: readonly Expect[], symbols?: Symbols): ConsoleWatch {
  const addresses = symbols && createAddresses(symbols);
  const findings = createFindingList();
  const recorder = createExcerptRecorder();
  const detectors = createDetectors(expect, { onReport: (line, panic) => { recorder.mark(line, panic ? 'panic' : 'crash'); }, onFailure: (line) => { recorder.mark(line, 'result'); } }, addresses);
  const all = [detectors.crash, detectors.milestone, detectors.exit, ...detectors.results, ...detectors.markers];
  const gate = createGate(all);
  let ended = false;
  // Kept as a view on the text it stands in until somebody asks.
  let lastText = '';

  function take(found: readonly Finding[]): void {
    for (const finding of found) {
      findings.add(finding);
      if (finding.kind === 'marker' && finding.role === 'fail') recorder.mark(finding.line, 'marker');
    }
  }

  function read(line: Line): void {
    for (const detector of all) {
      const found = detector.line(line);
      if (found.length > 0) take(found);
    }
  }

  function scan(text: string, firstLine: number): number {
    // The recorder needs the block before anything in it is marked; how many lines it has is known only afterwards.
    const count = countLines(text, 0, text.length);
    recorder.block(text, firstLine, count);
    let number = firstLine;
    let at = 0;
    while (at < text.length) {
      const hit = gate.next(text, at, highestAttention(all));
      if (hit === -1) break;
      if (hit > at) {
        const start = text.lastIndexOf('\n', hit - 1) + 1;
        if (start > at) {
          number += countLines(text, at, start);
          at = start;
        }
      }
      const end = text.indexOf('\n', at);
      readLines(text.slice(at, text.charCodeAt(end - 1) === 0x0d && end > at ? end - 1 : end), number, false, read);
      number += 1;
      at = end + 1;
    }
    rememberLast(text);
    return count;
  }

  function rememberLast(text: string): void {
    let end = text.length;
    for (let tries = 0; end > 0 && tries < 8; tries += 1) {
      const start = text.lastIndexOf('\n', end - 2) + 1;
      const line = text.slice(start, end).trim();
      if (line !== '') {
        lastText = line;
        return;
      }
      end = start;
    }
  }

  const splitter = createSplitter({
    block: scan,
    line(text, number, truncated) {
      recorder.line(text, number);
      readLines(text, number, truncated, read);
      const trimmed = text.trim();
      if (trimmed !== '') lastText = trimmed;
    },
  });

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

function countLines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
