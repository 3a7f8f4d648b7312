// What ran when on which slot: a bar for each attempt, with the phases of its guest, and what all of them add up to.
import { memo } from 'preact/compat';
import { useMemo, useRef } from 'preact/hooks';
import { count, formatDuration } from '../model/format.ts';
import { inParts } from '../model/parts.ts';
import { phaseTexts } from '../model/phase.ts';
import type { RunReport } from '../model/report.ts';
import { profileOf, type PhaseTotal } from '../report/profile.ts';
import { Bars, rowHeight, TemplateBars } from './bars.tsx';
import { useGradually } from './gradually.ts';
import { useSeen } from './seen.ts';
import { laySlots, ticksOf, type TemplateBar } from './slots.ts';

const axisHeight = 22;
const width = 1000;

/** Drawn at once; of more the rest comes when the plot is seen. */
const barsInPart = 500;

interface TimelineProps {
  readonly report: RunReport;
  /** Every bar is drawn at once, whoever sees it. */
  readonly isWhole: boolean;
  readonly onCell: (cell: string, attempt: number) => void;
}

export const Timeline = memo(({ report, isWhole, onCell }: TimelineProps) => {
  const { bars, templates, slots, endMs } = useMemo(() => laySlots(report), [report]);
  const totals = useMemo(() => profileOf(report)?.totals ?? [], [report]);
  const parts = useMemo(() => inParts(bars, barsInPart), [bars]);
  const plot = useRef<HTMLDivElement>(null);
  const shown = useGradually(parts.length, 1, useSeen(plot));
  if (bars.length + templates.length === 0) return null;
  const inPlace = totals.filter(({ share }) => share !== undefined);
  const scale = width / endMs;
  const x = (ms: number): number => ms * scale;
  const height = slots * rowHeight + axisHeight;
  return (
    <section aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      <p class="legend">{slots === 1 ? 'One guest at a time' : `Up to ${slots} guests at once`}, {formatDuration(endMs)} in all.{templates.length === 0 ? null : <> <span class="key template-key" /> {templatesWords(templates)}</>}{totals.length > 0 ? null : <> <span class="key boot" /> boot <span class="key test" /> test</>}</p>
      {totals.length === 0 ? null : (
        <>
          <ul class="legend phases" aria-label="phases of guests, all together">{inPlace.map((total) => <PhaseItem key={total.phase} total={total} />)}</ul>
          <ul class="legend phases" aria-label="phases outside of guests, all together"><li>outside of guests:</li>{totals.filter((total) => !inPlace.includes(total)).map((total) => <PhaseItem key={total.phase} total={total} />)}</ul>
        </>
      )}
      <div ref={plot} class="scroller" tabIndex={0} role="region" aria-label="plot of the timeline">
        <svg class="timeline" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${bars.length} boots on ${slots} slots in ${formatDuration(endMs)}${templates.length === 0 ? '' : `, and ${templatesWords(templates)}`}${inPlace.length === 0 ? '' : `: ${inPlace.map(totalWords).join(', ')}`}`}>
          <defs>
            <pattern id="timeline-end" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch" width="2" height="4" /></pattern>
          </defs>
          {ticksOf(endMs).map((ms) => (
            <g key={ms} class="tick">
              <line x1={x(ms)} x2={x(ms)} y1={0} y2={slots * rowHeight} />
              <text x={x(ms)} y={height - 6} text-anchor={ms === 0 ? 'start' : 'middle'}>{formatDuration(ms)}</text>
            </g>
          ))}
          <TemplateBars bars={templates} scale={scale} />
          {parts.slice(0, isWhole ? parts.length : shown).map((part, index) => <Bars key={index} bars={part} scale={scale} onCell={onCell} />)}
        </svg>
      </div>
    </section>
  );
});

const totalWords = ({ phase, ms, share }: PhaseTotal): string => `${phase} ${formatDuration(ms)}${share === undefined ? '' : ` (${Math.round(share * 100)}%)`}`;

const templatesWords = (templates: readonly TemplateBar[]): string => `${count(templates.length, 'template')} in ${formatDuration(templates.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0))}`;

function PhaseItem({ total }: { readonly total: PhaseTotal }) {
  return <li title={phaseTexts[total.phase]}>{total.share === undefined ? null : <span class={`key ${total.phase}`} />} {totalWords(total)}</li>;
}
