// Reads a guest: its console, and its port of results where it has one. Which of the two comes first does not matter.
import { protocolOf, type Expect } from '../model/case.ts';
import type { GuestWatch, WatchState } from '../model/console.ts';
import type { Symbols } from '../model/symbols.ts';
import { createPortFrame, joinFindings } from './port.ts';
import { createWatch } from './watch.ts';

/** What is read on the port: results and exit statuses. All else that a case expects is looked for on the console. */
const onPort = (expect: Expect): Expect => ({ protocol: protocolOf(expect), ordered: false, ...(expect.exit === undefined ? {} : { exit: expect.exit }), ...(expect.results === undefined ? {} : { results: expect.results }) });

/** Reads one guest by what a case expects of it. */
export function createGuestWatch(expect: readonly Expect[], symbols?: Symbols): GuestWatch {
  const console = createWatch(expect, symbols);
  const frame = createPortFrame();
  let port: ReturnType<typeof createWatch> | undefined;
  let shown: WatchState | undefined;
  let told: WatchState | undefined;

  function state(): WatchState {
    shown ??= console.push(new Uint8Array());
    if (told === undefined) return shown;
    const lastTest = told.lastTest ?? shown.lastTest;
    return { ...shown, decided: shown.decided && (shown.lost || !frame.isCut() && (frame.ended() || told.decided)), ...(lastTest === undefined ? {} : { lastTest }) };
  }

  return {
    ...console,
    push(chunk) {
      shown = console.push(chunk);
      return state();
    },
    pushResults(chunk) {
      if (chunk.length === 0) return state();
      port ??= createWatch(expect.map(onPort));
      frame.push(chunk);
      told = port.push(chunk);
      return state();
    },
    toldAll: () => frame.ended(),
    end() {
      shown = console.end();
      if (port === undefined) return shown;
      told = port.end();
      return { ...state(), findings: joinFindings(shown.findings, told.findings, frame.isCut()) };
    },
  };
}
