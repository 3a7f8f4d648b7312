// A division of the matrix as `kit-test plan` tells it: what --format json prints, and what the other formats are made of.
import type { ShardPlan } from '../../run/shard.ts';

export interface PlanDocument {
  readonly schema: 1;
  readonly plan: string;
  readonly count: number;
  /** The run or file that said how long cells take; without one they were estimated. */
  readonly timings?: string;
  readonly shards: readonly PlannedShard[];
}

export interface PlannedShard {
  readonly index: number;
  /** What `run --shard` takes. */
  readonly shard: string;
  /** Expected time of its boots, with as many at once as was asked for. */
  readonly durationMs: number;
  /** Words of a command that runs it. */
  readonly command: readonly string[];
  /** In matrix order; what is expected of each. `run --timings` reads them. */
  readonly cells: readonly { readonly id: string; readonly group: string; readonly durationMs: number }[];
}

export interface DocumentOptions {
  readonly jobs: number;
  readonly timings?: string | undefined;
  /** A command that runs the whole selection. */
  readonly command: readonly string[];
}

export function planDocument({ plan, count, cells }: ShardPlan, { jobs, timings, command }: DocumentOptions): PlanDocument {
  const shards = Array.from({ length: count }, (_, position): PlannedShard => {
    const index = position + 1;
    const own = cells.filter(({ shard }) => shard === index).map(({ cell, group, weightMs }) => ({ id: cell.id, group, durationMs: weightMs }));
    const longestMs = Math.max(0, ...own.map(({ durationMs }) => durationMs));
    const shard = `${index}/${count}@${plan}`;
    // More guests at once do not shorten the longest of them.
    const durationMs = Math.max(longestMs, Math.round(total(own) / jobs));
    return { index, shard, durationMs, command: [...command, '--shard', shard], cells: own };
  });
  return { schema: 1, plan, count, ...(timings === undefined ? {} : { timings }), shards };
}

const total = (cells: readonly { readonly durationMs: number }[]): number => cells.reduce((sum, { durationMs }) => sum + durationMs, 0);
