// When an expectation has all it needs from the console. What the guest says later can still turn it:
// whoever waits gives it time to power off, and looks again.
import { protocolOf } from '../model/case.ts';
import type { Expect } from '../model/case.ts';
import { isOpenEnded } from '../model/protocol.ts';
import type { Detectors } from './detectors/index.ts';

export function isSatisfied(expect: Expect, index: number, detectors: Detectors): boolean {
  const markers = detectors.markers[index];
  if (expect.crash !== undefined && !detectors.crash.crashed()) return false;
  // More results than have come would be needed: nobody but the guest's end says that they never will.
  if (expect.results?.min !== undefined) return false;
  if (expect.exit !== undefined && !detectors.exit.told()) return false;
  const protocol = protocolOf(expect);
  if (protocol !== 'none') {
    if (detectors.results.find((reader) => reader.protocol === protocol)?.complete() !== true) return false;
    // Another program of the suite may yet begin: only a marker or the guest's end says that none will.
    if (isOpenEnded(protocol) && expect.pass === undefined) return markers?.failed() === true;
  }
  return markers?.failed() === true || expect.pass === undefined || markers?.passed() === true;
}
