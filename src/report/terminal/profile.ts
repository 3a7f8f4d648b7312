// A table of where the time of a run went: for each phase, beside the cells, and for the cells that took longest.
import { count, formatDuration } from '../../model/format.ts';
import { phaseTexts } from '../../model/phase.ts';
import type { ReporterTime } from '../../model/events.ts';
import type { RunReport, TemplateBoot } from '../../model/report.ts';
import { phaseWords, profileOf, slowestProfiles, type CellProfile, type PhaseTotal, type Profile } from '../profile.ts';
import { clip, safeLine } from '../text.ts';
import { glyphsOf, paint, type Theme } from './theme.ts';

interface ProfileOptions {
  readonly theme: Theme;
  readonly columns: number;
  /** Those that have finished. */
  readonly reporters: readonly ReporterTime[];
}

const shownCells = 5;

/** All of it as text that ends with a line feed. From 50 columns on no line is longer than the terminal. */
export function renderProfile(report: RunReport, options: ProfileOptions): string {
  const profile = profileOf(report);
  const sections = profile === undefined ? [[paint(options.theme, 'dim', 'profile  no attempt of this run tells where its time went')]] : [
    totalsSection(profile, options),
    besideSection(report, options),
    cellsSection(slowestProfiles(report.cells, shownCells), options),
  ];
  return sections.filter((lines) => lines.length > 0).map((lines) => `\n${lines.join('\n')}\n`).join('');
}

const nameWidth = 10;
const timeWidth = 8;
const shareWidth = 6;
const textWidth = Math.max(...Object.values(phaseTexts).map((text) => text.length));
/** Where a bar would begin. */
const tableWidth = nameWidth + timeWidth + shareWidth + 2;

function totalsSection({ attempts, totals, placeMs }: Profile, { theme, columns }: ProfileOptions): readonly string[] {
  // A last column is left free, for terminals that wrap there.
  const room = columns - 1 - tableWidth;
  const withTexts = room >= textWidth + 8;
  const barWidth = Math.min(30, Math.max(0, room - (withTexts ? textWidth + 2 : 0)));
  // Many cells wait at once: a bar for that would hide the others.
  const longest = Math.max(1, ...totals.filter(({ phase }) => phase !== 'wait').map(({ ms }) => ms));
  const line = ({ phase, ms, share }: PhaseTotal): string => {
    const figures = `  ${phase.padEnd(nameWidth - 2)}${formatDuration(ms).padStart(timeWidth)}${(share === undefined ? '' : `${Math.round(share * 100)}%`).padStart(shareWidth)}`;
    if (barWidth < 4) return figures.trimEnd();
    const bar = phase === 'wait' ? '' : glyphsOf(theme).barFull.repeat(Math.round((ms / longest) * barWidth));
    const text = withTexts ? paint(theme, 'dim', phaseTexts[phase]) : '';
    return `${figures}  ${bar === '' ? '' : paint(theme, share === undefined ? 'yellow' : 'cyan', bar)}${' '.repeat(barWidth - bar.length)}  ${text}`.trimEnd();
  };
  return [clip(`profile  ${count(attempts, 'attempt')}, ${formatDuration(placeMs)} of guests in their places`, columns - 1, glyphsOf(theme).ellipsis), ...totals.map(line)];
}

function besideSection({ startupMs, templates = [], durationMs }: RunReport, { theme, columns, reporters }: ProfileOptions): readonly string[] {
  const lines = (name: string, ms: number, texts: readonly string[]): readonly string[] => wrapList(`  ${name.padEnd(nameWidth - 2)}${formatDuration(ms).padStart(timeWidth)}  `, texts, columns - 1);
  return [
    paint(theme, 'dim', clip('the run beside its cells', columns - 1, glyphsOf(theme).ellipsis)),
    ...(startupMs === undefined ? [] : lines('start-up', startupMs, ['configuration', 'cache', 'history'])),
    ...(templates.length === 0 ? [] : lines('template', templates.reduce((sum, { durationMs: ms }) => sum + ms, 0), templateTexts(templates))),
    ...lines('cells', durationMs, ['from the first to the last']),
    ...(reporters.length === 0 ? [] : lines('reports', reporters.reduce((sum, { ms }) => sum + ms, 0), reporters.map(({ name, ms }) => `${safeLine(name)} ${formatDuration(ms)}`))),
  ];
}

/** How many there were, and those that took longest. */
function templateTexts(templates: readonly TemplateBoot[]): readonly string[] {
  const slowest = [...templates].sort((a, b) => b.durationMs - a.durationMs).slice(0, shownCells);
  return [count(templates.length, 'boot'), ...slowest.map(({ kernel, arch, durationMs, failed }) => `${safeLine(kernel)}/${arch} ${failed ? 'failed ' : ''}${formatDuration(durationMs)}`)];
}

function cellsSection(cells: readonly CellProfile[], { theme, columns }: ProfileOptions): readonly string[] {
  if (cells.length === 0) return [];
  return [
    paint(theme, 'dim', clip('the slowest cells, without their waiting', columns - 1, glyphsOf(theme).ellipsis)),
    ...cells.flatMap(({ id, ms, phases: times }) => [
      `  ${clip(id, Math.max(8, columns - 13), glyphsOf(theme).ellipsis)}  ${formatDuration(ms)}`,
      ...wrapList('    ', phaseWords(times), columns - 1),
    ]),
  ];
}

/** Items with commas between them on as many lines as they need, all as far in as the first. */
function wrapList(head: string, items: readonly string[], width: number): readonly string[] {
  const lines: string[][] = [[]];
  let used = head.length;
  for (const [index, item] of items.entries()) {
    const text = index === items.length - 1 ? item : `${item},`;
    const line = lines.at(-1) ?? [];
    if (line.length > 0 && used + text.length > width) {
      lines.push([text]);
      used = head.length;
    } else line.push(text);
    used += text.length + 1;
  }
  return lines.map((line, index) => `${index === 0 ? head : ' '.repeat(head.length)}${line.join(' ')}`);
}
