// What ran when on which slot: a bar for each attempt, with the phases of its guest, and what all of them add up to.
import { memo } from 'preact/compat';
import { formatDuration } from '../model/format.ts';
import { phaseTexts } from '../model/phase.ts';
import type { RunReport } from '../model/report.ts';
import { phaseWords, profileOf, type PhaseTotal } from '../report/profile.ts';
import { laySlots, ticksOf, type Bar } from './slots.ts';

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
  const totals = profileOf(report)?.totals ?? [];
  const inPlace = totals.filter(({ share }) => share !== undefined);
  const width = 1000;
  const x = (ms: number): number => (ms / endMs) * width;
  const height = slots * rowHeight + axisHeight;
  return (
    <section aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      <p class="legend">{slots === 1 ? 'One guest at a time' : `Up to ${slots} guests at once`}, {formatDuration(endMs)} in all.{totals.length > 0 ? null : <> <span class="key boot" /> boot <span class="key test" /> test</>}</p>
      {totals.length === 0 ? null : (
        <>
          <ul class="legend phases" aria-label="phases of guests, all together">{inPlace.map((total) => <PhaseItem key={total.phase} total={total} />)}</ul>
          <ul class="legend phases" aria-label="phases outside of guests, all together"><li>outside of guests:</li>{totals.filter((total) => !inPlace.includes(total)).map((total) => <PhaseItem key={total.phase} total={total} />)}</ul>
        </>
      )}
      <div class="scroller" tabIndex={0} role="region" aria-label="plot of the timeline">
        <svg class="timeline" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${bars.length} boots on ${slots} slots in ${formatDuration(endMs)}${inPlace.length === 0 ? '' : `: ${inPlace.map(totalWords).join(', ')}`}`}>
          <defs>
            <pattern id="timeline-end" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch" width="2" height="4" /></pattern>
          </defs>
          {ticksOf(endMs).map((ms) => (
            <g key={ms} class="tick">
              <line x1={x(ms)} x2={x(ms)} y1={0} y2={slots * rowHeight} />
              <text x={x(ms)} y={height - 6} text-anchor={ms === 0 ? 'start' : 'middle'}>{formatDuration(ms)}</text>
            </g>
          ))}
          {bars.map((bar) => (
            <g key={`${bar.cell}/${bar.attempt}`} class={`bar ${bar.outlook}`} onClick={() => onCell(bar.cell, bar.attempt)}>
              <title>{barTitle(bar)}</title>
              <rect class="whole" x={x(bar.startMs)} y={bar.slot * rowHeight + 2} width={Math.max(0.6, x(bar.endMs) - x(bar.startMs) - 0.6)} height={barHeight} />
              {bar.segments.filter(({ phase, startMs, endMs: segmentEnd }) => phase !== 'test' && x(segmentEnd) - x(startMs) > 0.3).map(({ phase, startMs, endMs: segmentEnd }) => (
                <rect key={phase} class={`segment ${phase}`} x={x(startMs)} y={bar.slot * rowHeight + 2} width={Math.max(0, x(segmentEnd) - x(startMs) - (segmentEnd === bar.endMs ? 0.6 : 0))} height={barHeight} />
              ))}
            </g>
          ))}
        </svg>
      </div>
    </section>
  );
});

const totalWords = ({ phase, ms, share }: PhaseTotal): string => `${phase} ${formatDuration(ms)}${share === undefined ? '' : ` (${Math.round(share * 100)}%)`}`;

function PhaseItem({ total }: { readonly total: PhaseTotal }) {
  return <li title={phaseTexts[total.phase]}>{total.share === undefined ? null : <span class={`key ${total.phase}`} />} {totalWords(total)}</li>;
}

function barTitle({ cell, attempt, round, outlook, startMs, endMs, segments, phases }: Bar): string {
  const which = round ? `, round ${attempt}` : attempt === 1 ? '' : `, attempt ${attempt}`;
  const words = phases === undefined ? segments.map(({ phase, ...times }) => `${phase} ${formatDuration(times.endMs - times.startMs)}`) : phaseWords(phases);
  return `${cell}${which}: ${outlook}, ${formatDuration(endMs - startMs)}${words.length === 0 ? '' : `: ${words.join(', ')}`}`;
}
