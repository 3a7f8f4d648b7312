// One frame of the live display: the grid, the cells that run, downloads, the latest troubles, and how far the run is.
// Never wider or higher than the terminal: what does not fit is left out, the least important first.
import { stripVTControlCharacters } from 'node:util';
import { formatDuration, formatSize } from '../../model/units.ts';
import type { CellResult } from '../../model/report.ts';
import { placeOf } from '../grid.ts';
import { cellReason } from '../round-words.ts';
import { outlookOf } from '../summarize.ts';
import { clip, displayWidth, padEnd, safeLine } from '../text.ts';
import type { Board, Download, RunningCell } from './board.ts';
import { gridTime, renderGrid, type ViewOf } from './grid-view.ts';
import { tally } from './tally.ts';
import { glyphsOf, paint, paintLook, symbolOf, type Theme } from './theme.ts';

export interface Viewport {
  readonly columns: number;
  readonly rows: number;
  readonly nowMs: number;
}

/** The lines to show now. */
export function renderFrame(board: Board, { columns, rows, nowMs }: Viewport, theme: Theme): readonly string[] {
  // The last column stays free: some terminals wrap when it is written.
  const width = columns - 1;
  const spinner = spinnerAt(theme, nowMs);
  const running = [...board.running()].sort((a, b) => phaseOrder[a.phase] - phaseOrder[b.phase]);
  const status = statusLine(board, nowMs, width, theme);
  const optional: readonly (readonly string[])[] = [
    limited(running.map((cell) => runningLine(cell, running, nowMs, spinner, width, theme, board.round() !== undefined)), 8, theme),
    board.downloads().slice(0, 3).map((download) => downloadLine(download, width, theme)),
    board.troubles.slice(-3).map((cell) => troubleLine(cell, width, theme)),
  ];
  const grid = renderGrid(board.grid, liveView(board, nowMs, spinner), width, theme);
  const rooms = rows - 1;
  const parts: (readonly string[])[] = [[status]];
  let used = 2;
  for (const lines of grid === undefined ? optional : [grid, ...optional]) {
    const height = lines.length + 1;
    if (lines.length === 0 || used + height > rooms) continue;
    parts.splice(-1, 0, lines);
    used += height;
  }
  return parts.flatMap((lines) => ['', ...lines]).map((line) => fit(line, width));
}

/** The last guard: a line that would wrap breaks the drawing in place. */
const fit = (line: string, width: number): string => (displayWidth(line) <= width ? line : clip(stripVTControlCharacters(line), width, ''));

function liveView(board: Board, nowMs: number, spinner: string): ViewOf {
  const ids = new Map(board.planned.map((cell) => [placeOf(cell), cell.id]));
  const since = new Map(board.running().map(({ id, sinceMs }) => [id, sinceMs]));
  return (caseName, kernel, arch) => {
    const id = ids.get(`${caseName}/${kernel}/${arch}`);
    if (id === undefined) return undefined;
    const look = board.look(id);
    const begun = since.get(id);
    if (look === 'running' && begun !== undefined) return { look, symbol: spinner, time: `${Math.floor(Math.max(0, nowMs - begun) / 1000)}s` };
    const result = board.result(id);
    return { look, time: result === undefined || look === 'skip' || look === 'cached' ? '' : gridTime(result.durationMs) };
  };
}

/** What boots is worth more than what only gets ready. */
const phaseOrder = { boot: 0, image: 1, kernel: 2 } as const;

function spinnerAt(theme: Theme, nowMs: number): string {
  const { spinner } = glyphsOf(theme);
  return spinner[Math.floor(nowMs / 100) % spinner.length] ?? '';
}

function runningLine({ id, phase, attempt, sinceMs }: RunningCell, all: readonly RunningCell[], nowMs: number, spinner: string, width: number, theme: Theme, inRounds: boolean): string {
  const idWidth = Math.min(Math.max(...all.map((cell) => displayWidth(cell.id))), Math.max(10, width - 30));
  const elapsed = padEnd(clock(nowMs - sinceMs), 6);
  const again = attempt > 1 && !inRounds ? paintLook(theme, 'flaky', ` attempt ${attempt}`) : '';
  return `${paintLook(theme, 'running', spinner)} ${padEnd(clip(id, idWidth, glyphsOf(theme).ellipsis), idWidth)}  ${paint(theme, 'dim', `${padEnd(phase, 6)} ${elapsed}`)}${again}`;
}

function downloadLine({ name, done, total }: Download, width: number, theme: Theme): string {
  const { down, ellipsis } = glyphsOf(theme);
  const size = total === undefined ? formatSize(done) : `${formatSize(done)}/${formatSize(total)}`;
  const bar = total === undefined ? '' : `${progressBar(done / total, 20, theme)} ${String(Math.floor((100 * done) / Math.max(1, total))).padStart(3)}%  `;
  const room = Math.max(0, width - displayWidth(size) - (total === undefined ? 6 : 33));
  const shown = clip(safeLine(name), Math.min(room, 48), ellipsis);
  return `${paint(theme, 'cyan', down)} ${padEnd(shown, Math.min(room, 48))}  ${bar}${paint(theme, 'dim', size)}`;
}

function troubleLine(cell: CellResult, width: number, theme: Theme): string {
  const look = outlookOf(cell);
  const head = `${symbolOf(theme, look)} ${padEnd(look, 7)}`;
  const text = `${cell.id}  ${safeLine(cellReason(cell))}`;
  return `${paintLook(theme, look, head)}  ${clip(text, Math.max(0, width - head.length - 2), glyphsOf(theme).ellipsis)}`;
}

/** How far the run is; the more room there is, the more of it is said. */
function statusLine(board: Board, nowMs: number, width: number, theme: Theme): string {
  const totals = board.totals();
  const round = board.round();
  const [part, all] = round === undefined ? [totals.total, board.planned.length] : [round.done, round.count];
  const heading = round === undefined ? '' : paint(theme, 'bold', `round ${round.number}${round.planned === undefined ? '' : `/${round.planned}`}`);
  const remaining = board.remainingMs(nowMs);
  const done = paint(theme, 'bold', `${part}/${all}`);
  const time = paint(theme, 'dim', wholeSeconds(nowMs - board.startedMs) + (remaining === undefined ? '' : `, about ${roughly(remaining)} left`));
  const bar = progressBar(part / Math.max(1, all), 20, theme);
  const variants = [
    [heading, bar, done, tally(totals, theme), time],
    [heading, done, tally(totals, theme), time],
    [heading, bar, done, tally(totals, theme, false), time],
    [heading, done, tally(totals, theme, false), time],
    [heading, done, time],
    [heading, done],
  ].map((parts) => parts.filter((part) => part !== '').join('  '));
  return variants.find((line) => displayWidth(line) <= width) ?? done;
}

/** `0.4s`, `12.3s`, `2m 5s`: steady in width while it counts. */
const clock = (ms: number): string => (ms < 59_950 ? `${(Math.max(0, ms) / 1000).toFixed(1)}s` : formatDuration(ms));

const wholeSeconds = (ms: number): string => (ms < 60_000 ? `${Math.max(0, Math.floor(ms / 1000))}s` : formatDuration(ms));

/** Nobody believes seconds of an estimate. */
function roughly(ms: number): string {
  const seconds = Math.max(5, Math.ceil(ms / 5000) * 5);
  return seconds < 60 ? `${seconds}s` : formatDuration(Math.ceil(seconds / 60) * 60_000).replace(' 0s', '').replace(' 0m', '');
}

function progressBar(fraction: number, width: number, theme: Theme): string {
  const { barFull, barRest } = glyphsOf(theme);
  const full = Math.min(width, Math.max(0, Math.floor(fraction * width)));
  return paint(theme, 'green', barFull.repeat(full)) + paint(theme, 'dim', barRest.repeat(width - full));
}

function limited(lines: readonly string[], limit: number, theme: Theme): readonly string[] {
  if (lines.length <= limit) return lines;
  return [...lines.slice(0, limit - 1), paint(theme, 'dim', `  and ${lines.length - limit + 1} more running`)];
}
