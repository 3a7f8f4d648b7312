// When an expectation has all it needs from the console. What the guest says later can still turn it:
// whoever waits gives it time to power off, and looks again.
import { protocolOf } from '../model/case.ts';
import type { Expect } from '../model/case.ts';
import { isOpenEnded } from '../model/protocol.ts';
import type { Detectors } from './detectors/index.ts';

export function isSatisfied(expect: Expect, index: number, detectors: Detectors): boolean {
  const markers = detectors.markers[index];
  if (expect.crash !== undefined && !detectors.crash.crashed()) return false;
  if (expect.exit !== undefined && !detectors.exit.told()) return false;
  if (detectors.dialogs[index]?.done() === false) return false;
  const protocol = protocolOf(expect);
  if (protocol !== 'none') {
    const reader = detectors.results.find((one) => one.protocol === protocol);
    if (reader?.complete() !== true) return false;
    // As many as are wanted are enough only where a plan says that no other, which might fail, is to come. Where there are
    // fewer, nobody but the guest's end says that they never will.
    if (expect.results?.min !== undefined && (reader.ran?.() ?? 0) < expect.results.min) return false;
    // Another program of the suite may yet begin: only a marker or the guest's end says that none will.
    if (isOpenEnded(protocol) && expect.pass === undefined) return markers?.failed() === true;
  }
  return markers?.failed() === true || expect.pass === undefined || markers?.passed() === true;
}
