import { describe, expect, it } from 'vitest';
import type { Crash } from '../../../src/model/console.ts';
import { seenCrashes, unexpectedCrash } from '../../../src/verdict/crash.ts';

const crash = (title: string, line: number): Crash => ({ kind: 'crash', title, type: 'UNKNOWN', line, endLine: line + 5, panicked: false });
// The second report was certain before the first one: two CPUs print at once.
const findings = [crash('WARNING in second', 20), { kind: 'milestone', name: 'userspace', line: 1 }, crash('BUG in first', 10)] as const;

describe('the crashes of a console', () => {
  it('are in the order of their lines, those that the case expects marked', () => {
    expect(seenCrashes([{ crash: 'in second', ordered: false }], findings)).toEqual([
      { kind: 'crash', title: 'BUG in first', type: 'UNKNOWN', line: 10, endLine: 15, panicked: false },
      { kind: 'crash', title: 'WARNING in second', type: 'UNKNOWN', line: 20, endLine: 25, panicked: false, expected: true },
    ]);
  });

  it('do not count the initrd among them where user space began all the same', () => {
    const complaint = crash('initrd: junk within compressed archive', 3);
    expect(unexpectedCrash([], [complaint, { kind: 'milestone', name: 'userspace', line: 9 }], false)).toBeUndefined();
    expect(unexpectedCrash([], [complaint], false)).toEqual(complaint);
    expect(seenCrashes([], [complaint, { kind: 'milestone', name: 'userspace', line: 9 }])).toEqual([complaint]);
  });

  it.each([
    ['nothing', undefined, 'BUG in first'],
    ['the first', 'in first', 'WARNING in second'],
    ['any', true, undefined],
  ] as const)('show the first that nobody expects, where the case expects %s', (_, expected, title) => {
    expect(unexpectedCrash(expected === undefined ? [] : [{ crash: expected, ordered: false }], findings, false)?.title).toBe(title);
  });
});
