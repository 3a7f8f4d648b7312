// A KTAP document and its nesting levels.
import type { TestStatus } from '../../model/console.ts';
import type { Kept } from '../budget.ts';
import type { KtapLine } from './syntax.ts';
import type { Totals } from './totals.ts';

/** How well a line fits. 2: just what is awaited. 1: nothing speaks against it. 0: it does not fit, or is no KTAP at all. */
export type Fit = 0 | 1 | 2;

export interface Level {
  readonly indent: number;
  readonly line: number;
  /** Opened by a version or `# Subtest:` line rather than by a deeper result alone. */
  readonly announced: boolean;
  /** The document itself. */
  readonly outermost: boolean;
  name: string | undefined;
  planned: number | undefined;
  skipReason: string | undefined;
  readonly kept: Kept;
  /** Statuses of the results of this level, as they were told. */
  readonly told: Record<TestStatus, number>;
  count: number;
  /** Levels below that were announced and told nothing. */
  empty: number;
  /** Numbers seen: all from `base` up to `next - 1`, and those ahead. */
  base: number;
  next: number;
  readonly ahead: Set<number>;
  /** Results of deeper levels that wait for the result of their parent. */
  children: Kept;
  /** Levels below with a name that have ended since the last result: each wants one of its own. */
  unreported: number;
  /** `children` came without version line, name and plan of their own. */
  bareChildren: boolean;
  /** Name of the test that has begun, where it was told. */
  current: string | undefined;
  comments: string[];
  /** The test that runs has said that it crashed. */
  crashed: boolean;
  /** With what the results of this level are to be compared. */
  totals: Totals | undefined;
  /** KUnit's second line: with what is to be compared what is innermost below this level. */
  leafTotals: Totals | undefined;
  /** KTAP inside comments. */
  inner: Document | undefined;
  lastName: string | undefined;
  /** Console line of the last result: YAML may follow at once. */
  lastResultAt: number;
}

export interface Document {
  readonly line: number;
  readonly indent: number;
  /** Takes one line of KTAP; `line` counts the console's lines. */
  feed(ktap: KtapLine, line: number, repaired: boolean): void;
  /** How well a line would fit now. */
  fit(ktap: KtapLine | undefined): Fit;
  /** Something is wrong with the document. */
  complain(problem: string): void;
  /** The test that kselftest's runner has announced and not yet told of. */
  announced(): string | undefined;
  /** The last test that began or reported. */
  lastTest(): string | undefined;
  /** All that was planned has come. */
  complete(): boolean;
  /** How many of the outermost results that have come, and of those below them, were not skipped. */
  ran(): number;
  finish(): { readonly kept: Kept; readonly planned: number | undefined; readonly problems: readonly string[]; readonly emptySubtests: number; /** What its totals say of other results than came. */ readonly contradiction?: string };
}
