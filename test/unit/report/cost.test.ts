import { describe, expect, it } from 'vitest';
import { costOf, costWords } from '../../../src/report/cost.ts';
import { attempt, cachedCell, cellResult } from './sample.ts';

const usage = (cpuMs: number, peakMemoryBytes: number) => ({ usage: { cpuMs, peakMemoryBytes } });
const pass = { kind: 'pass' } as const;
const cells = [
  cellResult('boot/6.1/arm', attempt({ kind: 'fail', reason: 'no' }, { durationMs: 1000, ...usage(900, 2 ** 27) }), attempt(pass, { number: 2, durationMs: 3000, ...usage(2500, 2 ** 26) })),
  cellResult('boot/6.1/x86_64', attempt(pass, { durationMs: 2000, usage: undefined } as never)),
  cellResult('boot/7.x/arm', attempt({ kind: 'skip', reason: 'none' }, { durationMs: 0 })),
];

describe('what a run took', () => {
  it('counts every attempt', () => {
    expect(costOf({ cells }, 4000, undefined)).toEqual({ machineMs: 4000, guestMs: 6000, cpuMs: 3400, peakMemoryBytes: 2 ** 27 });
  });

  it('counts the guests that became templates', () => {
    const templates = [{ kernel: '6.1', arch: 'arm', startedAt: '2026-11-21T09:30:00.000Z', durationMs: 500, ...usage(600, 2 ** 28) }];
    expect(costOf({ cells, templates }, 4000, undefined)).toEqual({ machineMs: 4000, guestMs: 6500, cpuMs: 4000, peakMemoryBytes: 2 ** 28 });
  });

  it('counts both starts of a cell that has two', () => {
    const warm = { verdict: pass, durationMs: 200, restored: { afterMs: 90, bootMs: 1000 }, console: 'w', ...usage(150, 2 ** 26) };
    expect(costOf({ cells: [cellResult('boot/6.1/arm', attempt(pass, { durationMs: 1000, warm, ...usage(900, 2 ** 27) }))] }, 10, undefined)).toMatchObject({ guestMs: 1200, cpuMs: 1050, peakMemoryBytes: 2 ** 27 });
  });

  it('takes nothing of a cell that did not run, and saves what it took before', () => {
    const cell = cachedCell('boot/6.1/arm', 'run-1');
    expect(costOf({ cells: [cell] }, 10, undefined)).toEqual({ machineMs: 10, guestMs: 0, saved: { warmMs: 0, cachedMs: cell.attempts[0].durationMs } });
  });

  it('saves the boots that warm starts spare', () => {
    const boot = { exit: { kind: 'exited', code: 0 }, durationMs: 300, restored: { afterMs: 100, bootMs: 2000 }, consoleBytes: 1, stderr: '' } as const;
    expect(costOf({ cells: [cellResult('boot/6.1/arm', attempt(pass, { durationMs: 300, boot }))] }, 10, undefined)).toMatchObject({ saved: { warmMs: 1900, cachedMs: 0 } });
  });

  it('says nothing of processors where nothing told', () => {
    expect(costOf({ cells: cells.slice(2) }, 10, undefined)).toEqual({ machineMs: 10, guestMs: 0 });
  });

  it('costs what the machine costs in that time', () => {
    expect(costOf({ cells }, 90_000, { perMinute: 0.008, currency: 'USD' }).money).toEqual({ amount: 0.012, currency: 'USD' });
  });

  it.each([
    [{ machineMs: 1, guestMs: 0 }, undefined],
    [{ machineMs: 1, guestMs: 61_000 }, '1m 1s of guests'],
    [{ machineMs: 1, guestMs: 2000, cpuMs: 1900, peakMemoryBytes: 2 ** 28, money: { amount: 0.00123, currency: 'EUR' } }, '2.0s of guests, 1.9s of CPU, 256M at most in one, 0.0012 EUR'],
    [{ machineMs: 1, guestMs: 2000, saved: { warmMs: 50_000, cachedMs: 11_000 } }, '2.0s of guests, 1m 1s saved'],
    [{ machineMs: 1, guestMs: 2000, money: { amount: 12.345, currency: 'USD' } }, '2.0s of guests, 12.35 USD'],
  ])('of %j reads %j', (cost, words) => {
    expect(costWords({ cost })).toBe(words);
  });
});
