// The matrix divided into shards, with a digest by which their runs know each other.
import { createHash } from 'node:crypto';
import type { Cell } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import type { Harness } from '../model/harness.ts';
import type { Shard, ShardNumber, Timings } from '../model/shard.ts';
import { unscaledLimits } from '../config/resolve.ts';
import { divide, shardsFor } from '../matrix/shard.ts';
import { weighCells, type CellWeight } from '../matrix/weigh.ts';

export interface ShardPlan {
  readonly plan: string;
  readonly count: number;
  /** In matrix order; `shard` counts from 1. */
  readonly cells: readonly PlannedShardCell[];
}

export interface PlannedShardCell extends CellWeight {
  readonly shard: number;
}

/** What `--shard` asks for; `plan` where it says to which division it must belong. */
export interface ShardRequest extends ShardNumber {
  readonly plan?: string;
}

/** One shard of a run: what it runs, and what all of them together do. */
export interface ShardOfRun {
  readonly shard: Shard;
  readonly matrix: readonly { readonly cell: Cell; readonly shard: number }[];
}

export interface AutoShards {
  /** How long each should take. */
  readonly targetMs: number;
  /** Guests at once on each machine. */
  readonly jobs: number;
  readonly max: number;
}

/** Divides `cells` into `count` shards, some of which may be empty. Equal on every machine for equal cells and timings. */
export function divideCells(cells: readonly Cell[], harness: Pick<Harness, 'timeouts'>, timings: Timings, count: number): ShardPlan {
  const weighed = weighCells(cells, timings, (cell) => unscaledLimits(cell.case.timeouts, harness.timeouts).totalMs);
  const shards = divide(weighed, count);
  const planned = weighed.map((each, index) => ({ ...each, shard: shards[index] ?? 1 }));
  const digest = createHash('sha256').update(JSON.stringify([count, planned.map(({ cell, shard }) => [cell.id, shard])])).digest('hex');
  return { plan: digest.slice(0, 12), count, cells: planned };
}

/** As `divideCells`, with as many shards as wanted but none of them empty. */
export function planShards(cells: readonly Cell[], harness: Pick<Harness, 'timeouts'>, timings: Timings, wanted: number | AutoShards): ShardPlan {
  const whole = divideCells(cells, harness, timings, 1);
  let plan = divideCells(cells, harness, timings, typeof wanted === 'number' ? wanted : shardsFor(whole.cells, wanted));
  for (;;) {
    const used = new Set(plan.cells.map(({ shard }) => shard)).size;
    if (used === plan.count) return plan;
    plan = divideCells(cells, harness, timings, used);
  }
}

/**
 * The cells of one shard, in matrix order.
 * @throws UsageError `OTHER_PLAN` where the request names another division than this machine makes.
 */
export function takeShard({ plan, cells }: ShardPlan, { index, count, plan: wanted }: ShardRequest): { readonly cells: readonly Cell[]; readonly shard: ShardOfRun } {
  if (wanted !== undefined && wanted !== plan) {
    throw new UsageError('OTHER_PLAN', `this machine divides the matrix otherwise than the plan ${wanted}: its own is ${plan}`, {
      hint: 'give every shard the files, the selection and the --timings that "kit-test plan" had',
    });
  }
  return { cells: cells.filter(({ shard }) => shard === index).map(({ cell }) => cell), shard: { shard: { index, count, plan }, matrix: cells } };
}
