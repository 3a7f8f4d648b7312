// A cell's history: how it ended in earlier runs, and what that makes of how it ended now.
import * as z from 'zod';
import type { VerdictKind } from './verdict.ts';

/** Ends remembered for each cell where nothing else is said. */
const defaultRuns = 20;

export const HistorySettingsSchema = z
  .union([z.literal(false), z.strictObject({ runs: z.int().min(2, 'expected at least 2: how it ended before, and how it ends now').max(1000).default(defaultRuns).describe('ends remembered for each cell') })])
  .default({ runs: defaultRuns })
  .describe('what is remembered of earlier runs, in `history` of the folder of runs: docs/flaky.md. false: nothing');

const EndedKind = z.enum(['pass', 'fail', 'crash', 'timeout', 'error']);

/** How a cell ended in one run. A cell that was skipped did not run and has no end. */
export interface End {
  readonly cell: string;
  readonly run: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly verdict: Exclude<VerdictKind, 'skip'>;
  /** What failed, equal for equal failures; undefined for a pass. */
  readonly failure?: string;
  /** The failure was known. */
  readonly known?: true;
  /** Passed and failed within this one run: at a retry, or in some of its rounds. */
  readonly wavered?: true;
  readonly durationMs: number;
  /** Equal where kernel, image, case and accelerator are; undefined where nothing booted. */
  readonly inputs?: string;
}

export const EndSchema = z.object({
  cell: z.string().min(1),
  run: z.string().regex(/^[\w.-]{1,100}$/),
  at: z.iso.datetime(),
  verdict: EndedKind,
  failure: z.string().exactOptional(),
  known: z.literal(true).exactOptional(),
  wavered: z.literal(true).exactOptional(),
  durationMs: z.number().min(0),
  inputs: z.string().exactOptional(),
});

/**
 * `first`: nothing is remembered; `steady`: passed before too; `new`: failed, and did not fail so before; `since`: failed so
 * in the run before as well; `again`: failed so earlier, but not in the run before; `fixed`: passed, and failed in the run before.
 */
const historyStates = ['first', 'steady', 'new', 'since', 'again', 'fixed'] as const;

/** What the remembered ends say of a cell; this run's end is the last of them. */
export interface CellHistory {
  readonly state: (typeof historyStates)[number];
  /** Ends remembered, this one among them; errors of our side do not count. */
  readonly runs: number;
  /** Those of them that failed, or passed only at a retry. */
  readonly failed: number;
  /** Passes and fails without a change that explains it. */
  readonly flaky: boolean;
  /**
   * Of `since`: the first run that failed so, and how many did in a row, this one among them. Of `fixed`: the first of those that
   * failed, and how many did in a row. Of `again`: the last run that failed so, and how many did in all.
   */
  readonly since?: { readonly run: string; readonly at: string; readonly runs: number };
  /** The remembered ends, the oldest first, this one last; undefined where all passed. */
  readonly ends?: readonly RememberedEnd[];
}

export interface RememberedEnd {
  readonly run: string;
  readonly verdict: End['verdict'];
  readonly known?: true;
  readonly wavered?: true;
}

export const CellHistorySchema = z
  .object({
    state: z.enum(historyStates).describe('first: nothing is remembered; steady: passed before too; new: did not fail so before; since: failed so in the run before as well; again: failed so earlier; fixed: failed in the run before'),
    runs: z.int().min(0).describe('ends remembered, this one among them; errors of our side do not count'),
    failed: z.int().min(0).describe('those of them that failed, or passed only at a retry'),
    flaky: z.boolean().describe('passes and fails without a change that explains it'),
    since: z.object({ run: z.string(), at: z.string(), runs: z.int().min(1) }).exactOptional().describe('of since and fixed: the first run that failed so, and how many did in a row; of again: the last that did, and how many in all'),
    ends: z
      .array(z.object({ run: z.string(), verdict: EndedKind, known: z.literal(true).exactOptional(), wavered: z.literal(true).exactOptional() }))
      .exactOptional()
      .describe('the remembered ends, the oldest first; left out where all passed'),
  })
  .meta({ id: 'History', description: 'what earlier runs say of a cell; this run is the last of them' });
