// A kernel that fails without end: what is new among its failures is kept, and how often the rest came.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeptCrashes, manyCrashesTitle } from '../../../../src/console/crashes/kept.ts';
import { createWatch } from '../../../../src/console/watch.ts';
import type { Expect } from '../../../../src/model/case.ts';
import type { Crash } from '../../../../src/model/console.ts';
import { judgeConsole } from '../../../../src/verdict/parse-text.ts';
import { crashesOf } from '../read.ts';

const stamp = (text: string): string => text.replace(/^(?=.)/gm, '[    1.000000] ');
const warning = (name: string): string => stamp(`------------[ cut here ]------------
WARNING: CPU: 0 PID: 1 at kernel/a.c:1 ${name}+0x1/0x2
RIP: 0010:${name}+0x1/0x2
Call Trace:
 ${name}+0x1/0x2
 caller+0x1/0x2
---[ end trace 0000000000000000 ]---
`);
const panic = stamp(`Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000007
CPU: 0 PID: 1 Comm: init Not tainted 6.1.0 #1
Call Trace:
 dump_stack+0x1/0x2
 panic+0x1/0x2
 do_exit+0x1/0x2
---[ end Kernel panic - not syncing: Attempted to kill init! ]---
`);

const kindsOf = (crashes: readonly Crash[]): readonly string[] => [...new Set(crashes.map(({ title }) => title))];
const countOf = (crashes: readonly Crash[]): number => crashes.reduce((sum, { repeated = 0 }) => sum + 1 + repeated, 0);

describe('a kernel that warns without end', () => {
  const flood = warning('same').repeat(10_000);

  it('is counted exactly, and listed a hundred times', () => {
    const crashes = crashesOf(flood);
    expect(kindsOf(crashes)).toEqual(['WARNING in same']);
    expect(crashes).toHaveLength(100);
    expect(countOf(crashes)).toBe(10_000);
  });

  it('is seen to panic', () => {
    const crashes = crashesOf(`${flood}${panic}`);
    expect(crashes.at(-1)).toMatchObject({ title: 'kernel panic: Attempted to kill init!', panicked: true, line: 70_001 });
    const expect_: readonly Expect[] = [{ crash: 'WARNING in same', ordered: false }];
    const { verdict, excerpt } = judgeConsole(createWatch(expect_), [Buffer.from(`${flood}${panic}`)], expect_);
    expect(verdict).toMatchObject({ kind: 'crash', title: 'kernel panic: Attempted to kill init!', line: 70_001 });
    expect(excerpt.map(({ text }) => text).join('\n')).toContain('do_exit');
  });

  it('is seen to end in the panic that its warnings ask for', () => {
    const crashes = crashesOf(`${flood}${stamp('Kernel panic - not syncing: panic_on_warn set ...\nCPU: 0 PID: 1\n')}`);
    expect(countOf(crashes)).toBe(10_000);
    expect(crashes.every(({ panicked }) => panicked)).toBe(true);
  });

  it('is seen to fail in another way', () => {
    const crashes = crashesOf(`${flood}${warning('other')}${flood}`);
    expect(kindsOf(crashes)).toEqual(['WARNING in same', 'WARNING in other']);
    expect(countOf(crashes)).toBe(20_001);
  });

  it('is never forgiven for what was not kept', () => {
    const text = Array.from({ length: 1200 }, (_, index) => warning(`f${index}x`)).join('');
    const crashes = crashesOf(`${text}${panic}`);
    expect(crashes.length).toBeLessThan(1200);
    expect(countOf(crashes)).toBe(1201);
    expect(kindsOf(crashes)).toContain('kernel panic: Attempted to kill init!');
    const forgiving: readonly Expect[] = [{ crash: '/WARNING|kernel panic/', ordered: false }];
    expect(judgeConsole(createWatch(forgiving), [Buffer.from(text)], forgiving).verdict).toMatchObject({ kind: 'crash', title: manyCrashesTitle });
  });
});

describe('crashes of any number and order', () => {
  const crash = fc.record({ title: fc.integer({ min: 0, max: 3000 }).map((number) => `WARNING in f${number}`), panicked: fc.boolean() });

  it('are counted exactly, bounded, in order, each title among them', () => {
    fc.assert(fc.property(fc.array(fc.tuple(crash, fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 300 }), (runs) => {
      const kept = createKeptCrashes();
      let line = 0;
      for (const [one, times] of runs) for (let time = 0; time < times; time += 1) kept.add({ kind: 'crash', type: 'WARNING', line: line += 1, endLine: line, ...one });
      const all = kept.all();
      expect(countOf(all)).toBe(line);
      expect(all.length).toBeLessThanOrEqual(1101);
      expect(all.map((one) => one.line)).toEqual(all.map((one) => one.line).sort((a, b) => a - b));
      const keys = (some: readonly { title: string; panicked: boolean }[]): Set<string> => new Set(some.map(({ title, panicked }) => `${title} ${panicked}`));
      if (!all.some(({ title }) => title === manyCrashesTitle)) expect(keys(all)).toEqual(keys(runs.map(([one]) => one)));
    }), { numRuns: 200 });
  });
});
