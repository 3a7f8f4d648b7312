// Whether a command ended with the exit status that a case expects. A status that never came is missing evidence.
import type { Expect } from '../model/case.ts';
import type { Finding } from '../model/console.ts';
import type { Verdict } from '../model/verdict.ts';
import { shorten, type Reason } from './reason.ts';

/** The first status that is another one than expected. */
export function wrongExit({ exit }: Expect, findings: readonly Finding[]): readonly Reason[] {
  const wrong = findings.find((finding) => finding.kind === 'exit' && exit !== undefined && finding.status !== exit);
  if (wrong?.kind !== 'exit') return [];
  const expected = wrong.script !== undefined && exit === 0 ? '' : `, expected ${exit ?? 0}`;
  return [{ reason: `exit status ${wrong.status}${expected}${lastWords(wrong.script?.lastLine)}`, ...(wrong.line === 0 ? {} : { line: wrong.line }) }];
}

/** By which a script says that it could not test what it should: it was cancelled, as rtf calls it. */
const cancelStatus = 253;

/** The skip of a script that gave up; undefined for any other, and for a case that expects that status. */
export function cancelled(expect: readonly Expect[], findings: readonly Finding[]): Verdict | undefined {
  const end = findings.find((finding) => finding.kind === 'exit' && finding.script !== undefined && finding.status === cancelStatus);
  if (end?.kind !== 'exit' || expect.some(({ exit }) => exit === cancelStatus)) return undefined;
  return { kind: 'skip', reason: `cancelled by the script${lastWords(end.script?.lastLine)}` };
}

const lastWords = (line: string | undefined): string => (line === undefined || line.trim() === '' ? '' : `; last line: ${shorten(line.trim())}`);

export function missingExit({ exit }: Expect, findings: readonly Finding[]): readonly Reason[] {
  if (exit === undefined || findings.some(({ kind }) => kind === 'exit')) return [];
  return [{ reason: `missing evidence: no exit status on the console, expected ${exit}; builtin:init tells it` }];
}
