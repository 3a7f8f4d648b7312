// Bars of the timeline: one for each attempt, with the phases of its guest, and one for each guest that became a template.
import { memo } from 'preact/compat';
import { formatDuration } from '../model/format.ts';
import { phaseWords } from '../report/profile.ts';
import type { Bar, TemplateBar } from './slots.ts';

/** Of a slot, in units of the plot. */
export const rowHeight = 18;
const barHeight = 14;

interface BarsProps {
  readonly bars: readonly Bar[];
  /** Units of the plot for a millisecond. */
  readonly scale: number;
  readonly onCell: (cell: string, attempt: number) => void;
}

export const Bars = memo(({ bars, scale, onCell }: BarsProps) => (
  <>
    {bars.map((bar) => (
      <g key={`${bar.cell}/${bar.attempt}${bar.twin ? '/warm' : ''}`} class={`bar ${bar.outlook}`} onClick={() => onCell(bar.cell, bar.attempt)}>
        <title>{barTitle(bar)}</title>
        <rect class="whole" x={bar.startMs * scale} y={bar.slot * rowHeight + 2} width={Math.max(0.6, (bar.endMs - bar.startMs) * scale - 0.6)} height={barHeight} />
        {bar.segments.filter(({ phase, startMs, endMs }) => phase !== 'test' && (endMs - startMs) * scale > 0.3).map(({ phase, startMs, endMs }) => (
          <rect key={phase} class={`segment ${phase}`} x={startMs * scale} y={bar.slot * rowHeight + 2} width={Math.max(0, (endMs - startMs) * scale - (endMs === bar.endMs ? 0.6 : 0))} height={barHeight} />
        ))}
      </g>
    ))}
  </>
));

export const TemplateBars = memo(({ bars, scale }: { readonly bars: readonly TemplateBar[]; readonly scale: number }) => (
  <>
    {bars.map(({ template: { kernel, arch, failed }, slot, startMs, endMs }, index) => (
      <rect key={index} class="template-bar" x={startMs * scale} y={slot * rowHeight + 2} width={Math.max(0.6, (endMs - startMs) * scale - 0.6)} height={barHeight}>
        <title>template {kernel}/{arch}: {failed ? 'failed, ' : ''}{formatDuration(endMs - startMs)}</title>
      </rect>
    ))}
  </>
));

function barTitle({ cell, attempt, round, twin, outlook, startMs, endMs, segments, phases }: Bar): string {
  const which = round ? `, round ${attempt}` : attempt === 1 ? '' : `, attempt ${attempt}`;
  const words = phases === undefined ? segments.map(({ phase, ...times }) => `${phase} ${formatDuration(times.endMs - times.startMs)}`) : phaseWords(phases);
  return `${cell}${which}${twin ? ', warm' : ''}: ${outlook}, ${formatDuration(endMs - startMs)}${words.length === 0 ? '' : `: ${words.join(', ')}`}`;
}
