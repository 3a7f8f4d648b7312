// Whatever a guest prints, the watch does not throw, stays linear and bounded.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expect } from '../../../src/model/case.ts';
import type { TestResult, WatchState } from '../../../src/model/console.ts';
import { createWatch } from '../../../src/console/watch.ts';
import { judgeConsole } from '../../../src/verdict/parse-text.ts';
import { ktapExpect } from './read.ts';

const expects: readonly Expect[] = [ktapExpect, { pass: 'PASSED', fail: '/FAILED/', ordered: false }];

function feed(text: string | Uint8Array, chunk = 50_000): WatchState {
  const watch = createWatch(expects);
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  for (let at = 0; at < bytes.length; at += chunk) watch.push(bytes.subarray(at, at + chunk));
  return watch.end();
}

const count = (results: readonly TestResult[]): number => results.reduce((sum, result) => sum + 1 + count(result.children), 0);
const kept = (state: WatchState): number => state.findings.reduce((sum, finding) => sum + (finding.kind === 'results' ? count(finding.results) : 1), 0);

const many = 200_000;
const hostile: readonly (readonly [string, () => string | Uint8Array])[] = [
  ['a line of many megabytes', () => 'x'.repeat(8_000_000)],
  ['a line of opening brackets', () => '['.repeat(2_000_000)],
  ['a line of printk prefixes', () => '[    1.000000] '.repeat(200_000)],
  ['printk prefixes that break off', () => '[    1.00000'.repeat(200_000)],
  ['escapes that never end', () => '\x1b]'.repeat(1_000_000)],
  ['control sequences that never end', () => `\x1b[${'0;'.repeat(1_000_000)}`],
  ['carriage returns', () => '\r'.repeat(2_000_000)],
  ['empty lines', () => '\n'.repeat(500_000)],
  ['zeros', () => new Uint8Array(4_000_000)],
  ['bytes that are no UTF-8', () => Buffer.alloc(4_000_000, 0xff)],
  ['levels nested without end', () => `KTAP version 1\n1..1\n${Array.from({ length: 10_000 }, (_, depth) => `${' '.repeat(2 * (depth % 3000))}KTAP version 1\n`).join('')}`],
  ['results nested without end', () => `KTAP version 1\n1..1\n${Array.from({ length: 3000 }, (_, depth) => `${' '.repeat(2 * depth)}ok 1 a\n`).join('')}`],
  ['a million results', () => `KTAP version 1\n1..1000000\n${Array.from({ length: 1_000_000 }, (_, index) => `ok ${index + 1} t\n`).join('')}`],
  ['failures without end', () => `KTAP version 1\n1..${many}\n${Array.from({ length: many }, (_, index) => `not ok ${index + 1} t\n`).join('')}`],
  ['results out of order', () => `KTAP version 1\n1..${many}\n${Array.from({ length: many }, (_, index) => `ok ${many - index} t\n`).join('')}`],
  ['plans that promise everything', () => 'KTAP version 1\n1..999999999\n'.repeat(20_000)],
  ['children whose parents never report', () => `KTAP version 1\n1..2\n${'  KTAP version 1\n  1..9\n  ok 1 a\n'.repeat(50_000)}`],
  ['comments without end', () => `KTAP version 1\n1..2\n${'# # # # # # ok 1 a\n'.repeat(many)}`],
  ['documents in comments', () => `KTAP version 1\n1..2\n${'# KTAP version 1\n# 1..3\n'.repeat(many)}`],
  ['subtests without end', () => `KTAP version 1\n1..2\n${'  # Subtest: a\n'.repeat(many)}`],
  ['results cut by printk without end', () => `KTAP version 1\n1..2\n${'ok 1[    1.000000] x\n'.repeat(100_000)}`],
  ['crash headers without end', () => 'BUG: KASAN: use-after-free in f+0x1/0x2\nOops: 0000 [#1]\n'.repeat(100_000)],
  ['panics without end', () => '[    1.000000] Kernel panic - not syncing: x\n'.repeat(100_000)],
  ['stalls with endless traces', () => `[    1.000000] rcu: INFO: rcu_sched self-detected stall on CPU\n${'[    1.000000]  f+0x1/0x2\n'.repeat(many)}`],
  ['call traces of megabyte lines', () => `[    1.000000] BUG: soft lockup\n${`[    1.000000]  ${'f'.repeat(60_000)}+0x1/0x2\n`.repeat(100)}`],
  ['warnings that nearly match', () => `${'[    1.000000] WARNING: CPU: 1 PID: 1 at '.repeat(1500)}\n`.repeat(40)],
  ['hung tasks that nearly hang', () => `[    1.000000] ${'INFO: task '.repeat(5000)}\n`.repeat(200)],
  ['locks that are nearly held', () => `[    1.000000] ${'BUG: still has WARNING: -safe -> '.repeat(1500)}\n`.repeat(200)],
  ["failures of a program in the kernel's words", () => `${'[    1.000000] x\n'.repeat(5)}${'BUG: x\nWARNING: CPU: 1 PID: 1 at a.c:1 f+0x1/0x2\nKernel panic - not syncing: Fatal exception\n'.repeat(100_000)}`],
  ['reports that never end on many CPUs', () => Array.from({ length: 100_000 }, (_, index) => `[    1.000000][  T${index % 50}] ${index % 7 === 0 ? 'BUG: scheduling while atomic: a' : ' f+0x1/0x2'}\n`).join('')],
  ['endless oopses that conclude nothing', () => '[    1.000000] general protection fault: 0000 [#1]\n[    1.000000] Kernel panic - not syncing: Fatal exception\n'.repeat(50_000)],
  ['banners without end', () => '[    0.000000] Linux version 6.1.0\n[    0.100000] x\n'.repeat(100_000)],
  ['cut lines without end', () => '[    1.000000] ------------[ cut here ]------------\n[    1.000000] ======================\n'.repeat(100_000)],
  ['headers with long tails', () => `[    1.000000] WARNING: [${'a:1 at '.repeat(8000)}\n`.repeat(40)],
];

describe('a hostile guest', () => {
  it.each(hostile)('prints %s', (_, make) => {
    const state = feed(make());
    expect(kept(state)).toBeLessThan(15_000);
    expect(JSON.stringify(state).length).toBeLessThan(8_000_000);
  });

  it('prints random bytes in any chunks', () => {
    const words = fc.constantFrom('ok 1 a\n', 'not ok', 'KTAP version 1\n', '1..3\n', '  ', '\t', '# ', 'Subtest: x\n', '\n', '\r', '\x1b[', 'BUG: ', 'KASAN: ', 'Call Trace:\n', ' f+0x1/0x2\n', 'Kernel panic - not syncing: ', 'RIP: 0010:', '[    1.000000] ', 'WARNING: CPU: 1 PID: 1 at a.c:1 f\n', 'INFO: ', 'Linux version 6', 'kit-test: begin\n');
    fc.assert(fc.property(fc.array(fc.oneof(words.map((text) => Buffer.from(text)), fc.uint8Array({ maxLength: 8 })), { maxLength: 200 }), fc.integer({ min: 1, max: 300 }), (parts, chunk) => {
      const bytes = Buffer.concat(parts);
      const watch = createWatch(expects);
      const { verdict } = judgeConsole(watch, Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, index) => bytes.subarray(index * chunk, (index + 1) * chunk)), expects);
      expect(['pass', 'fail', 'crash', 'skip']).toContain(verdict.kind);
      watch.excerpt();
    }), { numRuns: 500 });
  });

  it('prints pieces of reports in any order, in any chunks', () => {
    const piece = fc.constantFrom(
      '[    1.000000] ', '[    1.000000][    T1] ', '[    1.000000][    C0] ', '', '\n', ' ', '------------[ cut here ]------------\n', '==================================================================\n', 'BUG: KASAN: use-after-free in f+0x1/0x2\n', 'Read of size 8 at addr ffff888012345678 by task a/1\n',
      'WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\n', 'WARNING: possible circular locking dependency detected\n', 'a/1 is trying to acquire lock:\n', 'ffff (&a){+.+.}, at: [<ffffffff81234567>] f+0x1/0x2\n', 'INFO: task a:1 blocked for more than 9 seconds.\n', 'rcu: INFO: rcu_sched self-detected stall on CPU\n',
      'RIP: 0010:f+0x1/0x2\n', 'pc : f+0x1/0x2\n', 'Call Trace:\n', ' <IRQ>\n', ' f+0x1/0x2\n', ' ? g+0x1/0x2\n', 'apic_timer_interrupt+0x1/0x2\n', ' should_fail+0x1/0x2\n', 'Sending NMI from CPU 0 to CPUs 1:\n', 'Internal error: Oops: 5 [#1]\n', '---[ end trace 0 ]---\n', 'Kernel panic - not syncing: Fatal exception\n', 'Kernel panic - not syncing: x\n', 'Linux version 6.1.0\n', 'Allocated by task 1:\n', 'BUG: memory leak\n', '  backtrace:\n', 'BUG: ',
    );
    fc.assert(fc.property(fc.array(piece, { maxLength: 120 }), fc.integer({ min: 1, max: 90 }), (pieces, chunk) => {
      const text = pieces.join('');
      const crashes = feed(text).findings.filter((finding) => finding.kind === 'crash');
      expect(feed(text, chunk).findings.filter((finding) => finding.kind === 'crash')).toEqual(crashes);
      const count = text.split('\n').length;
      for (const [index, crash] of crashes.entries()) {
        expect(crash.title).toMatch(/^[\x20-\x7e]{1,200}$/);
        expect(crash.line).toBeGreaterThanOrEqual(crashes[index - 1]?.line ?? 1);
        expect(crash.startLine ?? 1).toBeLessThanOrEqual(crash.line);
        expect(crash.endLine).toBeGreaterThanOrEqual(crash.line);
        expect(crash.endLine).toBeLessThanOrEqual(count);
      }
    }), { numRuns: 400 });
  });

  it('counts the results it does not keep, and still fails for them', () => {
    const text = `KTAP version 1\n1..50000\n${Array.from({ length: 50_000 }, (_, index) => `ok ${index + 1} t\n`).join('')}`;
    expect(judgeConsole(createWatch([ktapExpect]), [Buffer.from(text)], [ktapExpect]).verdict.kind).toBe('pass');
    expect(feed(text).findings).toMatchObject([{ kind: 'results', protocol: 'ktap', omitted: { pass: 40_000 }, complete: true }]);
    expect(judgeConsole(createWatch([ktapExpect]), [Buffer.from(text.replace('ok 49999 ', 'not ok 49999 '))], [ktapExpect]).verdict.kind).toBe('fail');
    expect(judgeConsole(createWatch([ktapExpect]), [Buffer.from(text.replace('ok 49999 t\n', ''))], [ktapExpect]).verdict.kind).toBe('fail');
  });
});
