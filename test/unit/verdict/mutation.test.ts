// Takes passing consoles and deletes or alters any one result line: the verdict turns.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWatch } from '../../../src/console/watch.ts';
import { judgeConsole } from '../../../src/verdict/parse-text.ts';
import { dialectArbitrary, printKtap, treeArbitrary } from '../console/ktap-arbitrary.ts';
import { ktapExpect } from '../console/read.ts';

const name = fc.stringMatching(/^[a-z][a-z_0-9]{0,8}$/).filter((text) => !/^(?:ok|not)$/.test(text));

const document = fc.tuple(treeArbitrary(name, fc.constant('ok')), dialectArbitrary, fc.array(fc.nat(), { maxLength: 5 })).map(([level, how, noise]) => {
  const lines = [...printKtap(level, how)];
  for (const at of noise) lines.splice(1 + at % lines.length, 0, how.prefix ? 'user space chatter' : '[    2.000000] usb 1-1: new device');
  return lines;
});

const verdictOf = (lines: readonly string[]): string => judgeConsole(createWatch([ktapExpect]), [Buffer.from(lines.map((line) => `${line}\n`).join(''))], [ktapExpect]).verdict.kind;
const isResult = (line: string): boolean => /(?:^|[\] \t])ok \d/.test(line);
const results = (lines: readonly string[]): readonly number[] => lines.flatMap((line, index) => isResult(line) ? [index] : []);

describe('a passing console', () => {
  it('passes in every dialect, with the other side printing between the lines', () => {
    fc.assert(fc.property(document, (lines) => { expect(verdictOf(lines)).toBe('pass'); }));
  });

  it('passes no more when any result is deleted', () => {
    fc.assert(fc.property(document, (lines) => {
      for (const index of results(lines)) expect([lines[index], verdictOf(lines.toSpliced(index, 1))]).toEqual([lines[index], 'fail']);
    }));
  });

  it('passes no more when any result says not ok', () => {
    fc.assert(fc.property(document, (lines) => {
      for (const index of results(lines)) expect(verdictOf(lines.with(index, (lines[index] ?? '').replace('ok ', 'not ok ')))).toBe('fail');
    }));
  });

  it('passes no more when any result has another number or comes twice', () => {
    fc.assert(fc.property(document, (lines) => {
      for (const index of results(lines)) {
        expect(verdictOf(lines.with(index, (lines[index] ?? '').replace(/ok (\d+)/, (_, number: string) => `ok ${Number(number) + 7}`)))).toBe('fail');
        expect(verdictOf(lines.toSpliced(index, 0, lines[index] ?? ''))).toBe('fail');
      }
    }));
  });

  it('passes no more when it is cut off anywhere before its last result', () => {
    fc.assert(fc.property(document, (lines) => {
      const last = results(lines).at(-1) ?? 0;
      for (let length = 0; length <= last; length += 1) expect(verdictOf(lines.slice(0, length))).toBe('fail');
    }));
  });
});
