// Feeds text to the real watch, for the tests of console and verdict.
import type { Expect } from '../../../src/model/case.ts';
import type { Crash, ResultsFinding, TestResult, WatchState } from '../../../src/model/console.ts';
import type { Protocol } from '../../../src/model/protocol.ts';
import { createWatch } from '../../../src/console/watch.ts';
import { judgeConsole } from '../../../src/verdict/parse-text.ts';

export const ktapExpect: Expect = { protocol: 'ktap', ordered: false };

export function watchText(text: string | Uint8Array, expect: readonly Expect[] = [ktapExpect]): WatchState {
  const watch = createWatch(expect);
  watch.push(typeof text === 'string' ? Buffer.from(text) : text);
  return watch.end();
}

export const documentsOf = (text: string | Uint8Array, protocol: Protocol = 'ktap'): readonly ResultsFinding[] =>
  watchText(text, [{ protocol, ordered: false }]).findings.filter((finding) => finding.kind === 'results').filter((finding) => finding.protocol === protocol);

/** The results of a protocol and the verdict over them: `pass: ok a, ok b`, `fail (TAP: no plan): ok a`. */
export function judged(text: string | Uint8Array, protocol: Protocol): string {
  const expect: readonly Expect[] = [{ protocol, ordered: false }];
  const { verdict, results } = judgeConsole(createWatch(expect), [typeof text === 'string' ? Buffer.from(text) : text], expect);
  return `${verdict.kind}${'reason' in verdict ? ` (${verdict.reason})` : ''}: ${sketch(results)}`;
}

export const crashesOf = (text: string): readonly Crash[] => watchText(text).findings.filter((finding) => finding.kind === 'crash');

/** A tree of results as short text: `ok a, FAIL b [ok c]`. */
export function sketch(results: readonly TestResult[]): string {
  const words = { pass: 'ok', fail: 'FAIL', skip: 'skip', xfail: 'xfail', missing: 'MISSING' };
  return results.map((result) => `${words[result.status]} ${result.name}${result.children.length > 0 ? ` [${sketch(result.children)}]` : ''}`).join(', ');
}
