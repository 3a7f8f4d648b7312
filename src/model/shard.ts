// Parts of a matrix that run on different machines.
import * as z from 'zod';

/** Which part of how many; both count from 1. */
export interface ShardNumber {
  readonly index: number;
  readonly count: number;
}

/** A shard together with the division it belongs to. */
export interface Shard extends ShardNumber {
  /** Digest of which cell is in which shard, in hexadecimal: equal for parts that belong together. */
  readonly plan: string;
}

/** How long cells took, as `--timings` reads it: of a report, or of a plan that was made by one. */
const MeasuredCell = z.object({ id: z.string(), durationMs: z.number().min(0), rounds: z.object({ durationMs: z.object({ median: z.number().min(0) }) }).optional(), verdict: z.object({ kind: z.string() }).optional() });
export const TimingsSchema = z.union([z.object({ cells: z.array(MeasuredCell) }), z.object({ shards: z.array(z.object({ cells: z.array(MeasuredCell) })) })]);

/** Of what a run of a shard tells of the whole, as much as is relied on when its parts come from other machines. */
export const ShardedMatrixSchema = z.object({
  index: z.int().min(1),
  count: z.int().min(1),
  plan: z.string(),
  matrix: z.array(z.object({ id: z.string().regex(/^[^/]+(\/[^/]+){2,3}$/), case: z.string(), kernel: z.string(), arch: z.string(), summary: z.string(), labels: z.array(z.string()), repeat: z.string(), skip: z.string().optional(), shard: z.int().min(1) })),
});

/** Milliseconds by the id of a cell. */
export type Timings = ReadonlyMap<string, number>;
