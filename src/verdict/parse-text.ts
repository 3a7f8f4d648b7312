// Judges a saved console as a live one is judged. The watch is handed in: stages do not import each other.
import type { BootExit } from '../model/boot.ts';
import type { Expect } from '../model/case.ts';
import type { ConsoleWatch, ResultsFinding, TestResult, WatchState } from '../model/console.ts';
import type { Verdict } from '../model/verdict.ts';
import { autoExpect } from './auto.ts';
import { protocolsOf, resultDocuments } from './evidence.ts';
import { excerptAround } from './excerpt.ts';
import { judge, type JudgeInput } from './judge.ts';

export interface ConsoleJudgement {
  readonly verdict: Verdict;
  readonly results: readonly TestResult[];
  readonly state: WatchState;
  /** The results that were judged. */
  readonly documents: readonly ResultsFinding[];
  readonly excerpt: readonly { readonly number: number; readonly text: string }[];
}

/** Feeds a console to a fresh watch and judges it as that of a guest that ended by itself. */
export function judgeConsole(watch: ConsoleWatch, chunks: Iterable<Uint8Array>, expect: readonly Expect[]): ConsoleJudgement {
  let consoleBytes = 0;
  for (const chunk of chunks) {
    consoleBytes += chunk.length;
    watch.push(chunk);
  }
  return judgeEnded(watch, consoleBytes, expect);
}

/** What else was saved of a guest: how it ended, where it did not end by itself. */
type Outside = Pick<JudgeInput, 'took' | 'probes' | 'dialog' | 'hang'> & { readonly exit?: BootExit };

const byItself: BootExit = { kind: 'exited', code: 0 };

/** The same, for a console that was read in its own time. Without expectations the results that were found decide. */
export function judgeEnded(watch: ConsoleWatch, consoleBytes: number, given?: readonly Expect[], { exit = byItself, ...outside }: Outside = {}): ConsoleJudgement {
  const state = watch.end();
  const expect = given ?? autoExpect(state.findings);
  const protocols = protocolsOf(expect);
  const { verdict, results } = judge({ ...outside, expect, findings: state.findings, seen: state, kunit: true, boot: { exit, durationMs: 0, consoleBytes, stderr: '' } });
  return {
    verdict, results, state,
    documents: resultDocuments(state.findings, protocols.size > 0 ? protocols : protocolsOf(autoExpect(state.findings))),
    excerpt: verdict.kind === 'pass' ? [] : watch.excerpt(excerptAround(verdict)),
  };
}
