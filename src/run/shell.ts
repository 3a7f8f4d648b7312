// `kit-test shell`: the guest of a cell with the user's terminal on its console.
import type { Accel } from '../model/arch.ts';
import type { BootExit, BootPlan } from '../model/boot.ts';
import type { Cell } from '../model/cell.ts';
import { HarnessError } from '../model/errors.ts';
import type { Progress } from '../model/events.ts';
import type { Project } from '../model/project.ts';
import type { StartMode } from '../model/start.ts';
import { bootInTerminal, type Terminal } from '../boot/terminal.ts';
import type { ExtraFile } from '../image/extra.ts';
import { createPhaseClock } from './cell/phase-clock.ts';
import { guestOf, type PreparedCell } from './cell/prepare.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';
import { createStarts, saidOfOne, type Start } from './warm/starts.ts';
import { wakingOf, whyNotWoken } from './warm/wake.ts';

export interface ShellOptions {
  /** The image's entries run as they would without anybody there. */
  readonly entries: boolean;
  readonly frozen: boolean;
  readonly offline?: boolean | undefined;
  readonly accel?: 'auto' | Accel | undefined;
  /** How the guest starts; undefined: as the project says. */
  readonly start?: Exclude<StartMode, 'both'> | undefined;
  readonly progress: Progress;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** builtin:init looks for it. */
const shellFile: ExtraFile = { path: 'etc/kit-test/shell', mode: 0o644, content: '' };

/**
 * Boots, or wakes, a cell and returns how it ended once the guest has, or the user has left.
 * @throws HarnessError `CELL_SKIPPED` where the cell would not run.
 */
export async function runShell(project: Project, cell: Cell, options: ShellOptions): Promise<BootExit> {
  const { signal, terminal, progress, start } = options;
  if (cell.skip !== undefined) throw skipped(cell, cell.skip);
  const pipeline = await openPipeline(project, options);
  const seat = forTerminal(cell);
  const prepared = await pipeline.prepare(seat, () => undefined, signal, options.entries ? [] : [shellFile]);
  if ('skip' in prepared) throw skipped(cell, prepared.skip);
  const guest = guestOf(prepared);
  const planOf = (one: PreparedCell): Promise<BootPlan> => pipeline.machine.plan(seat, one, signal);
  const { prepared: cold, clone } = await findStart(pipeline, seat, guest, start, signal);
  if (clone !== undefined) {
    const waking = wakingOf(clone.template);
    const { exit } = await bootInTerminal(await planOf(clone.prepared), terminal, signal, waking);
    if (waking.entry.seen() || exit.kind === 'stopped') return exit;
    progress.notice(`${cell.id}: boots cold, for its template cannot be used: ${whyNotWoken(exit)}`);
    await clone.drop();
  }
  return (await bootInTerminal(await planOf(guestOf(cold)), terminal, signal)).exit;
}

const skipped = ({ id }: Cell, why: string): HarnessError => new HarnessError('CELL_SKIPPED', `${id} is skipped: ${why}`);

/** What a run reads from a guest besides its console has no reader here. */
const forTerminal = (cell: Cell): Cell => ({ ...cell, case: { ...cell.case, results: 'console', artifacts: undefined } });

async function findStart(pipeline: Pipeline, cell: Cell, prepared: PreparedCell, start: ShellOptions['start'], signal: AbortSignal): Promise<Start> {
  const { harness, progress } = pipeline;
  const startOf = createStarts(pipeline, { cells: [cell], times: 1, said: saidOfOne(start, harness.start) });
  const telling = setTimeout(() => progress.notice('booting a guest that this shell, and those to come, go on from'), 1000);
  try {
    return await startOf(cell, prepared, { slot: (_, work) => work(), clock: createPhaseClock('template') }, signal);
  } finally {
    clearTimeout(telling);
  }
}
