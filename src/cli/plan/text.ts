// A division of the matrix for people: a line for each shard.
import { count } from '../../model/format.ts';
import { formatDuration } from '../../model/units.ts';
import type { Colours } from '../colours.ts';
import type { PlanDocument } from './document.ts';

export function renderPlan(document: PlanDocument, { bold, dim }: Pick<Colours, 'bold' | 'dim'>): string {
  const inShards = new Map<string, number>();
  for (const { cells } of document.shards) for (const group of new Set(cells.map((cell) => cell.group))) inShards.set(group, (inShards.get(group) ?? 0) + 1);
  const rows = document.shards.map(({ shard, cells, durationMs }) => {
    const groups = [...new Set(cells.map(({ group }) => group))].map((group) => (inShards.get(group) === 1 ? group : `${group} (part)`));
    return { shard, cells: count(cells.length, 'cell'), duration: `~${formatDuration(durationMs)}`, groups: groups.join(', ') };
  });
  const width = (key: 'shard' | 'cells' | 'duration'): number => Math.max(...rows.map((row) => row[key].length));
  const lines = rows.map((row) => `${bold(row.shard.padEnd(width('shard')))}  ${row.cells.padStart(width('cells'))}  ${row.duration.padStart(width('duration'))}  ${dim(row.groups)}`);
  const cells = document.shards.reduce((sum, shard) => sum + shard.cells.length, 0);
  const basis = document.timings === undefined ? 'lengths are estimated: --timings names a run that measured them' : `lengths as measured in ${document.timings}`;
  return `${lines.join('\n')}\n${dim(`${count(cells, 'cell')} in ${count(document.count, 'shard')}; ${basis}`)}\n`;
}
