// A comparison of two runs for the terminal. Pure.
import type { ComparedCell, Comparison } from '../model/comparison.ts';
import { count, formatDuration } from '../model/format.ts';
import { safeLine } from './text.ts';
import { paint, paintLook, symbolOf, type Theme } from './terminal/theme.ts';

/** Ends with a line feed. */
export function renderComparison(comparison: Comparison, theme: Theme): string {
  const { before, after, broken, fixed, changed, slower, faster, added, gone, same } = comparison;
  const sections = [
    section('new failures', broken, theme, true),
    section('fixed', fixed, theme, false),
    section('fail in another way', changed, theme, true),
    section('slower', slower, theme, false),
    section('faster', faster, theme, false),
    section('only in the later run', added, theme, false),
    section('only in the earlier run', gone, theme, false),
  ].filter((lines) => lines.length > 0);
  const head = paint(theme, 'dim', `${before} → ${after}`);
  const tail = sections.length === 0 ? `nothing changed in ${count(same, 'cell')}` : paint(theme, 'dim', `${count(same, 'cell')} as before`);
  return `${[[head], ...sections, [tail]].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function section(title: string, cells: readonly ComparedCell[], theme: Theme, withReason: boolean): readonly string[] {
  if (cells.length === 0) return [];
  const width = Math.max(...cells.map(({ id }) => id.length));
  return [
    paint(theme, 'bold', `${title} (${cells.length})`),
    ...cells.map(({ id, before, after }) => {
      const reason = withReason && after !== undefined && after.reason !== '' ? `  ${safeLine(after.reason)}` : '';
      return `  ${id.padEnd(width)}  ${side(before, theme)} → ${side(after, theme)}${reason}`;
    }),
  ];
}

function side(one: ComparedCell['before'], theme: Theme): string {
  if (one === undefined) return paint(theme, 'dim', 'not there');
  const time = one.word === 'skip' ? '' : ` ${formatDuration(one.durationMs)}`;
  return `${paintLook(theme, one.word, `${symbolOf(theme, one.word)} ${one.word}`)}${paint(theme, 'dim', time)}`;
}
