// Divides cells into shards of about equal length. Cells of one kernel and architecture stay together, for they share
// downloads and images; only a group that is longer than a fair share is divided. Equal input gives equal shards everywhere.

export interface WeighedCell {
  /** Cells of one group want to be in one shard. */
  readonly group: string;
  /** How long it takes; not negative. */
  readonly weightMs: number;
}

interface Piece {
  readonly cells: readonly number[];
  readonly weightMs: number;
}

/**
 * The shard of each cell, in the order given, counted from 1.
 * No shard is longer than two fair shares and the longest cell; a group is in no more shards than its length needs, and one.
 */
export function divide(cells: readonly WeighedCell[], count: number): readonly number[] {
  const fairMs = sum(cells.map(({ weightMs }) => weightMs)) / count;
  const groups = new Map<string, number[]>();
  cells.forEach(({ group }, index) => groups.set(group, [...(groups.get(group) ?? []), index]));
  const weigh = (members: readonly number[]): Piece => ({ cells: members, weightMs: sum(members.map((index) => cells[index]?.weightMs ?? 0)) });
  const pieces = [...groups.values()].map(weigh).flatMap((group) => (group.weightMs > fairMs ? split(group, fairMs, weigh) : [group]));
  const shards = pack(pieces, Array.from({ length: count }, () => 0));
  const result = cells.map(() => 0);
  shards.forEach((members, shard) => {
    for (const index of members.flatMap((piece) => piece.cells)) result[index] = shard + 1;
  });
  return result;
}

/**
 * How many shards bring each near `targetMs`, with `jobs` guests at once: at least one, at most `max` and one for each cell that takes time.
 */
export function shardsFor(cells: readonly WeighedCell[], { targetMs, jobs, max }: { readonly targetMs: number; readonly jobs: number; readonly max: number }): number {
  const wanted = Math.ceil(sum(cells.map(({ weightMs }) => weightMs)) / jobs / targetMs);
  return Math.max(1, Math.min(wanted, max, cells.filter(({ weightMs }) => weightMs > 0).length));
}

/** Pieces as long as a fair share, and one with the rest, which goes where there is room. */
function split(group: Piece, fairMs: number, weigh: (members: readonly number[]) => Piece): readonly Piece[] {
  const whole = Math.floor(group.weightMs / fairMs);
  const restMs = group.weightMs - whole * fairMs;
  const room = [...Array.from({ length: whole }, () => 0), fairMs - restMs];
  return pack(group.cells.map((index) => weigh([index])), room).map((members) => weigh(members.flatMap((piece) => piece.cells))).filter((piece) => piece.cells.length > 0);
}

/** Longest first, each to the bin that is filled least; `filledMs` says how far they are at the start. */
function pack(pieces: readonly Piece[], filledMs: readonly number[]): readonly (readonly Piece[])[] {
  const bins = filledMs.map((ms) => ({ ms, pieces: [] as Piece[], cells: 0 }));
  for (const piece of [...pieces].sort((a, b) => b.weightMs - a.weightMs || (a.cells[0] ?? 0) - (b.cells[0] ?? 0))) {
    const bin = bins.reduce((least, each) => (each.ms < least.ms || (each.ms === least.ms && each.cells < least.cells) ? each : least));
    bin.pieces.push(piece);
    bin.cells += piece.cells.length;
    bin.ms += piece.weightMs;
  }
  return bins.map((bin) => bin.pieces);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
