// A division of the matrix as a matrix of a GitHub workflow: one line of JSON for `strategy.matrix: ${{ fromJSON(...) }}`.
import { UsageError } from '../../model/errors.ts';
import { quoteWord } from '../../model/shell.ts';
import type { PlanDocument } from './document.ts';

/** "A matrix will generate a maximum of 256 jobs per workflow run": docs.github.com, Actions limits. */
export const mostJobs = 256;

/** @throws UsageError `TOO_MANY_SHARDS` */
export function renderWorkflowMatrix({ count, shards }: PlanDocument): string {
  if (count > mostJobs) throw new UsageError('TOO_MANY_SHARDS', `${count} shards are more than the ${mostJobs} jobs that GitHub makes of a matrix`, { hint: `use --shards ${mostJobs} or fewer` });
  const include = shards.map(({ index, shard, durationMs, command, cells }) => ({
    name: `shard ${index} of ${count}`,
    shard,
    index,
    count,
    cells: cells.length,
    minutes: Math.max(1, Math.ceil(durationMs / 60_000)),
    command: command.map(quoteWord).join(' '),
  }));
  return `${JSON.stringify({ include })}\n`;
}
