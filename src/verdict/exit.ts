// Whether a command ended with the exit status that a case expects. A status that never came is missing evidence.
import type { Expect } from '../model/case.ts';
import type { Finding } from '../model/console.ts';
import type { Reason } from './reason.ts';

/** The first status that is another one than expected. */
export function wrongExit({ exit }: Expect, findings: readonly Finding[]): readonly Reason[] {
  const wrong = findings.find((finding) => finding.kind === 'exit' && exit !== undefined && finding.status !== exit);
  return wrong?.kind === 'exit' ? [{ reason: `exit status ${wrong.status}, expected ${exit ?? 0}`, line: wrong.line }] : [];
}

export function missingExit({ exit }: Expect, findings: readonly Finding[]): readonly Reason[] {
  if (exit === undefined || findings.some(({ kind }) => kind === 'exit')) return [];
  return [{ reason: `missing evidence: no exit status on the console, expected ${exit}; builtin:init tells it` }];
}
