// What ran when on which slot: a bar for each attempt, its boot lighter than its test.
import { memo } from 'preact/compat';
import { formatDuration } from '../model/format.ts';
import type { RunReport } from '../model/report.ts';
import { laySlots, ticksOf } from './slots.ts';

const rowHeight = 18;
const barHeight = 14;
const axisHeight = 22;

interface TimelineProps {
  readonly report: RunReport;
  readonly onCell: (cell: string, attempt: number) => void;
}

export const Timeline = memo(({ report, onCell }: TimelineProps) => {
  const { bars, slots, endMs } = laySlots(report);
  if (bars.length === 0) return null;
  const width = 1000;
  const x = (ms: number): number => (ms / endMs) * width;
  const height = slots * rowHeight + axisHeight;
  return (
    <section aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      <p class="legend">{slots === 1 ? 'One guest at a time' : `Up to ${slots} guests at once`}, {formatDuration(endMs)} in all. <span class="key boot" /> boot <span class="key test" /> test</p>
      <div class="scroller" tabIndex={0} role="region" aria-label="plot of the timeline">
        <svg class="timeline" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${bars.length} boots on ${slots} slots in ${formatDuration(endMs)}`}>
          {ticksOf(endMs).map((ms) => (
            <g key={ms} class="tick">
              <line x1={x(ms)} x2={x(ms)} y1={0} y2={slots * rowHeight} />
              <text x={x(ms)} y={height - 6} text-anchor={ms === 0 ? 'start' : 'middle'}>{formatDuration(ms)}</text>
            </g>
          ))}
          {bars.map(({ cell, attempt, round, outlook, slot, startMs, userspaceMs, endMs: barEnd }) => (
            <g key={`${cell}/${attempt}`} class={`bar ${outlook}`} onClick={() => onCell(cell, attempt)}>
              <title>{`${cell}${round ? `, round ${attempt}` : attempt === 1 ? '' : `, attempt ${attempt}`}: ${outlook}, ${formatDuration(barEnd - startMs)}${userspaceMs === undefined ? '' : `, user space after ${formatDuration(userspaceMs)}`}`}</title>
              <rect class="whole" x={x(startMs)} y={slot * rowHeight + 2} width={Math.max(0.6, x(barEnd) - x(startMs) - 0.6)} height={barHeight} />
              {userspaceMs === undefined ? null : <rect class="boot" x={x(startMs)} y={slot * rowHeight + 2} width={Math.max(0, x(Math.min(startMs + userspaceMs, barEnd)) - x(startMs) - 0.6)} height={barHeight} />}
            </g>
          ))}
        </svg>
      </div>
    </section>
  );
});
