// The detectors every console is read by, and those a case asks for.
import type { Expect } from '../../model/case.ts';
import type { Addresses } from '../addresses/addresses.ts';
import type { ResultsDetector } from '../detector.ts';
import { createDialogReader } from '../dialog/reader.ts';
import type { DialogReader } from '../dialog/reader.ts';
import { createCrashDetector } from './crash.ts';
import type { CrashDetector } from './crash.ts';
import { createExitDetector } from './exit.ts';
import type { ExitDetector } from './exit.ts';
import { createMarkerDetector } from './marker.ts';
import type { MarkerDetector } from './marker.ts';
import { createMilestoneDetector } from './milestone.ts';
import type { MilestoneDetector } from './milestone.ts';
import { createResultsDetectors } from './results.ts';

export interface Detectors {
  readonly crash: CrashDetector;
  readonly milestone: MilestoneDetector;
  readonly exit: ExitDetector;
  readonly results: readonly ResultsDetector[];
  /** One for each expectation, in order. */
  readonly markers: readonly MarkerDetector[];
  /** Likewise; they read bytes, not lines. */
  readonly dialogs: readonly DialogReader[];
}

/** Who wants to know at once of lines that will be worth showing. */
export interface Listener {
  /** First line of a crash report; of one that is a panic. */
  onReport(line: number, panic: boolean): void;
  /** A result that failed. */
  onFailure(line: number): void;
}

export function createDetectors(expect: readonly Expect[], listener: Listener, addresses?: Addresses): Detectors {
  return {
    crash: createCrashDetector((line, panic) => { listener.onReport(line, panic); }, addresses),
    milestone: createMilestoneDetector(),
    exit: createExitDetector(expect.some(({ exit }) => exit !== undefined)),
    results: createResultsDetectors(expect, (line) => { listener.onFailure(line); }),
    markers: expect.map(createMarkerDetector),
    dialogs: expect.map(createDialogReader),
  };
}
