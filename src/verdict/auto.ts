// By what a saved console is judged where nobody says which protocol it holds: the watch reads them all, then what was found decides.
import type { Expect } from '../model/case.ts';
import type { Finding } from '../model/console.ts';
import type { Protocol } from '../model/protocol.ts';

/** The first that told a result counts. KTAP's reader knows TAP too. */
const preferred: readonly Protocol[] = ['ktap', 'ltp', 'gotest', 'pytest'];

const expectOf = (protocol: Protocol): Expect => ({ protocol, ordered: false });

/** What a watch has to look for, so that `autoExpect` can choose. */
export const anyProtocol: readonly Expect[] = preferred.map(expectOf);

/** The expectation that fits what was found: KTAP where there is a document, else the suite whose lines there are, else KTAP. */
export function autoExpect(findings: readonly Finding[]): readonly Expect[] {
  const told = new Set(findings.flatMap((finding) => (finding.kind === 'results' ? [finding.protocol] : [])));
  return [expectOf(preferred.find((protocol) => told.has(protocol)) ?? 'ktap')];
}
