import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueLimit } from '../../../src/boot/clock.ts';

describe('dueLimit', () => {
  const limits = { bootMs: 100, silenceMs: 50, totalMs: 300 };

  it.each([
    ['nothing at first', { lastByteMs: 0, userspaceMs: undefined }, 0, { kind: 'wait', ms: 50 }],
    ['silence before the first byte', { lastByteMs: 0, userspaceMs: undefined }, 50, { kind: 'stop', why: 'silence-limit', limitMs: 50 }],
    ['a slow boot that keeps talking', { lastByteMs: 99, userspaceMs: undefined }, 100, { kind: 'stop', why: 'boot-limit', limitMs: 100 }],
    ['no boot limit after user space', { lastByteMs: 120, userspaceMs: 90 }, 125, { kind: 'wait', ms: 45 }],
    ['silence later on', { lastByteMs: 120, userspaceMs: 90 }, 170, { kind: 'stop', why: 'silence-limit', limitMs: 50 }],
    ['the total', { lastByteMs: 299, userspaceMs: 90 }, 300, { kind: 'stop', why: 'total-limit', limitMs: 300 }],
    ['the boot where all are over', { lastByteMs: 0, userspaceMs: undefined }, 1000, { kind: 'stop', why: 'boot-limit', limitMs: 100 }],
  ] as const)('sees %s', (_, marks, now, expected) => {
    expect(dueLimit(limits, marks, now)).toEqual(expected);
  });

  it('never waits past the moment a limit ends, and never for nothing', () => {
    const ms = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(fc.record({ bootMs: ms, silenceMs: ms, totalMs: ms }), ms, fc.option(ms, { nil: undefined }), ms, (limits, lastByteMs, userspaceMs, now) => {
        const marks = { lastByteMs: Math.min(lastByteMs, now), userspaceMs };
        const due = dueLimit(limits, marks, now);
        if (due.kind === 'stop') return;
        expect(due.ms).toBeGreaterThan(0);
        expect(dueLimit(limits, marks, now + due.ms).kind).toBe('stop');
        if (due.ms > 1) expect(dueLimit(limits, marks, now + due.ms - 1).kind).toBe('wait');
      }),
    );
  });
});
