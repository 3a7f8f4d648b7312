// Which limit of a boot has run out, or how long to wait before asking again. Pure: time comes in as milliseconds
// since QEMU's start. One timer asks; a console chunk only notes its time.
import type { Limits, StopReason } from '../model/boot.ts';

/** When things last happened, in milliseconds since QEMU's start. */
export interface Marks {
  readonly lastByteMs: number;
  readonly userspaceMs: number | undefined;
}

export type Due = { readonly kind: 'stop'; readonly why: StopReason; readonly limitMs: number } | { readonly kind: 'wait'; readonly ms: number };

/** The limit that is over; among several the one that says most. */
export function dueLimit(limits: Limits, marks: Marks, nowMs: number): Due {
  const clocks = [
    { why: 'boot-limit', limitMs: limits.bootMs, endsMs: marks.userspaceMs === undefined ? limits.bootMs : Infinity },
    { why: 'silence-limit', limitMs: limits.silenceMs, endsMs: marks.lastByteMs + limits.silenceMs },
    { why: 'total-limit', limitMs: limits.totalMs, endsMs: limits.totalMs },
  ] as const;
  const over = clocks.find((clock) => clock.endsMs <= nowMs);
  if (over !== undefined) return { kind: 'stop', why: over.why, limitMs: over.limitMs };
  return { kind: 'wait', ms: Math.ceil(Math.min(...clocks.map((clock) => clock.endsMs)) - nowMs) };
}
