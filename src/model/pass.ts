// A pass as it is kept for later runs: of a cell of which nothing has changed it need not be shown again.
import * as z from 'zod';
import { AttemptSchema } from './attempt-schema.ts';
import type { Attempt } from './report.ts';

export interface Pass {
  readonly schema: 1;
  /** Digest of everything that the verdict rests on. */
  readonly key: string;
  readonly cell: string;
  readonly run: string;
  /** When it ended; ISO 8601, UTC. */
  readonly at: string;
  /** The one attempt, without the files that it left. */
  readonly attempt: Attempt;
}

export const PassSchema = z
  .object({
    schema: z.literal(1),
    key: z.string().regex(/^[0-9a-f]{64}$/),
    cell: z.string().min(1),
    run: z.string().regex(/^[\w.-]{1,100}$/),
    at: z.iso.datetime(),
    attempt: AttemptSchema,
  })
  .refine(({ attempt: { verdict, known } }) => verdict.kind === 'pass' && known === undefined, 'expected a pass');
