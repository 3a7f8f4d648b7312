// How long each cell is expected to take. Nothing of this machine goes into it, so that every machine weighs alike.
import type { Cell } from '../model/cell.ts';
import { median } from '../model/median.ts';
import type { Timings } from '../model/shard.ts';
import type { WeighedCell } from './shard.ts';

export interface CellWeight extends WeighedCell {
  readonly cell: Cell;
}

/** A guest that does nothing but boot and power off takes this long for each unit of its architecture's scale under TCG: 6 to 8 s. */
const bootMs = 2000;
/** Its limit in a case that nobody configured. */
const usualLimitMs = 120_000;

/**
 * Weighs cells by what they took; one that was not measured by the median of its case on its architecture, else of its case, else of
 * its architecture, else of all. Without any measurement: by how slow its architecture is emulated, and by its time limit.
 * A cell that will be skipped weighs nothing.
 * @param limitMs the total limit of a cell, not stretched.
 */
export function weighCells(cells: readonly Cell[], timings: Timings, limitMs: (cell: Cell) => number): readonly CellWeight[] {
  const measured = new Map<string, number[]>();
  for (const cell of cells) {
    const ms = timings.get(cell.id);
    if (ms !== undefined && cell.skip === undefined) for (const key of kinds(cell)) measured.set(key, [...(measured.get(key) ?? []), ms]);
  }
  const medians = new Map([...measured].map(([key, values]) => [key, median([...values].sort((a, b) => a - b))]));
  const weigh = (cell: Cell): number => {
    if (cell.skip !== undefined) return 0;
    const known = [timings.get(cell.id), ...kinds(cell).map((key) => medians.get(key))].find((ms) => ms !== undefined);
    // A cell that takes no time at all could be anywhere.
    return Math.max(1, Math.round(known ?? bootMs * cell.arch.tcgScale * (limitMs(cell) / usualLimitMs)));
  };
  return cells.map((cell) => ({ cell, group: `${cell.kernel.name}/${cell.arch.name}`, weightMs: weigh(cell) }));
}

/** What cells have in common that take about as long, the nearest first. */
const kinds = (cell: Cell): readonly string[] => [`case ${cell.case.name} on ${cell.arch.name}`, `case ${cell.case.name}`, `arch ${cell.arch.name}`, 'all'];
