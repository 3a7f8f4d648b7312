import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { phases, sumPhases } from '../../../../src/model/phase.ts';
import { createPhaseClock } from '../../../../src/run/cell/phase-clock.ts';

describe('the phases of an attempt', () => {
  it('add up to all of its time, whatever is said of them afterwards', () => {
    const phase = fc.constantFrom(...phases);
    const step = fc.record({ later: fc.integer({ min: 0, max: 1000 }), ago: fc.integer({ min: -50, max: 5000 }), phase, how: fc.constantFrom('enter', 'enter before', 'recast') });
    fc.assert(fc.property(phase, fc.array(step), fc.integer({ min: 0, max: 1000 }), (first, steps, rest) => {
      let now = 7;
      const clock = createPhaseClock(first, () => now);
      for (const { later, ago, how, phase: next } of steps) {
        now += later;
        const at = Math.max(7, now - Math.max(0, ago));
        if (how === 'enter') clock.enter(next);
        else if (how === 'recast') clock.recast(at, next);
        else clock.enter(next, at);
      }
      now += rest;
      expect(sumPhases(clock.read())).toBe(now - 7);
    }));
  });

  it('are those that it came to, each with all of its time', () => {
    let now = 0;
    const clock = createPhaseClock('kernel', () => now);
    now = 5;
    clock.enter('wait');
    now = 15;
    clock.enter('kernel');
    now = 18;
    expect(clock.read()).toEqual({ kernelMs: 8, waitMs: 10 });
  });

  it('begin when they began, though that is known later', () => {
    let now = 0;
    const clock = createPhaseClock('start', () => now);
    now = 100;
    clock.enter('boot', 20);
    clock.enter('test', 70);
    clock.enter('report');
    now = 101;
    expect(clock.read()).toEqual({ startMs: 20, bootMs: 50, testMs: 30, reportMs: 1 });
  });

  it('become another one where they turn out to have been in vain', () => {
    let now = 0;
    const clock = createPhaseClock('image', () => now);
    now = 10;
    clock.enter('start');
    now = 20;
    clock.enter('test');
    now = 50;
    clock.recast(10, 'template');
    clock.enter('start');
    now = 60;
    expect(clock.read()).toEqual({ imageMs: 10, templateMs: 40, startMs: 10 });
  });
});
