// What `kit-test parse` says of one saved console: one line of its ndjson.
import { ExpectSchema, type Expect } from './case.ts';
import type { Crash, Finding, ResultCounts } from './console.ts';
import type { VerdictKind } from './verdict.ts';

/** A crash as scripts read it: every field is always there but `function`, `source`, `detail` and `repeated`. */
export interface ParsedCrash extends Pick<Crash, 'title' | 'line' | 'endLine' | 'function' | 'source' | 'detail' | 'repeated'> {
  /** As syzkaller's dashboard names it; null where it has no name. */
  readonly type: string | null;
  /** The report is cut off or interleaved. */
  readonly corrupted: boolean;
  readonly panicked: boolean;
}

export interface ParsedConsole {
  /** As it was named; `-` is standard input. */
  readonly file: string;
  readonly verdict: VerdictKind;
  /** Why; empty for a pass. */
  readonly reason: string;
  /** Console line that decided, where one did. */
  readonly line?: number;
  /** In order of appearance. */
  readonly crashes: readonly ParsedCrash[];
  readonly results: ResultCounts;
  readonly findings: readonly Finding[];
  /** What the case expects and nothing that was saved shows; empty without --case. */
  readonly notJudged: readonly Unjudged[];
}

/** Keys of case.yaml whose evidence is not on a console. */
export type Unjudged = 'duration' | 'probe' | 'deadlines' | 'known';

export type ParseProtocol = Exclude<NonNullable<Expect['protocol']>, 'none'>;

/** What a console may be read by; `none` would leave nothing that could be evidence. */
export const parseProtocols: readonly ParseProtocol[] = ExpectSchema.shape.protocol.unwrap().options.filter((name): name is ParseProtocol => name !== 'none');
