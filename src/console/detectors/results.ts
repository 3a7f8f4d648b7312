// The readers of test results that a console needs: KTAP always, for its results say where a guest hung; others where a case asks.
import { protocolOf } from '../../model/case.ts';
import type { Expect } from '../../model/case.ts';
import type { ResultsDetector } from '../detector.ts';
import { suites } from '../suites/index.ts';
import { createKtapDetector } from './ktap.ts';
import { createSuiteDetector } from './suite.ts';

/** `onFailure` is told the line of each result that failed. */
export function createResultsDetectors(expect: readonly Expect[], onFailure: (line: number) => void): readonly ResultsDetector[] {
  const wanted = new Set(expect.map(protocolOf));
  return [
    createKtapDetector(onFailure),
    ...suites.filter(({ protocol }) => wanted.has(protocol)).map((suite) => createSuiteDetector(suite, onFailure)),
  ];
}
