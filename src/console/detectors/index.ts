// The detectors every console is read by, and those a case asks for.
import type { Expect } from '../../model/case.ts';
import { createCrashDetector } from './crash.ts';
import type { CrashDetector } from './crash.ts';
import { createKtapDetector } from './ktap.ts';
import type { KtapDetector } from './ktap.ts';
import { createMarkerDetector } from './marker.ts';
import type { MarkerDetector } from './marker.ts';
import { createMilestoneDetector } from './milestone.ts';
import type { MilestoneDetector } from './milestone.ts';

export interface Detectors {
  readonly crash: CrashDetector;
  readonly milestone: MilestoneDetector;
  readonly ktap: KtapDetector;
  /** One for each expectation, in order. */
  readonly markers: readonly MarkerDetector[];
}

/** `onReport` is told the first line of each crash report as soon as it is read. */
export function createDetectors(expect: readonly Expect[], onReport: (line: number) => void): Detectors {
  return {
    crash: createCrashDetector(onReport),
    milestone: createMilestoneDetector(),
    ktap: createKtapDetector(),
    markers: expect.map(createMarkerDetector),
  };
}
