// Takes passing consoles and deletes or alters any one result line: the verdict turns.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWatch } from '../../../src/console/watch.ts';
import { anyProtocol } from '../../../src/verdict/auto.ts';
import { judgeConsole, judgeEnded } from '../../../src/verdict/parse-text.ts';
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

describe('a recorded console of KUnit or kselftest', () => {
  const folders = ['../../corpus/ktap/', '../../../../shared/corpus/ktap/'].map((path) => new URL(path, import.meta.url)).filter((folder) => existsSync(folder));
  const kindOf = (lines: readonly string[]): string => {
    const watch = createWatch(anyProtocol);
    const bytes = Buffer.from(lines.join('\n'));
    watch.push(bytes);
    return judgeEnded(watch, bytes.length).verdict.kind;
  };
  const recorded = folders.flatMap((folder) => readdirSync(folder).filter((file) => file.endsWith('.log')).map((file) => ({ file, lines: readFileSync(new URL(file, folder), 'utf8').split('\n') })));
  const good = recorded.map((one) => ({ ...one, kind: kindOf(one.lines) })).filter(({ kind }) => kind === 'pass' || kind === 'skip');
  const isTold = (line: string): boolean => /(?:^|[\s\]#])(?:not )?ok \d/.test(line);

  /** Lines without which the console still proves all, and why. */
  const unaffected: readonly (readonly [file: string, line: RegExp, why: string])[] = [
    ['test_is_test_passed-kselftest.log', /^# ok/, 'results in comments are those of one program: what its own line says decides'],
    ['test_is_test_passed-missing_plan.log', /ok 8 /, 'the last one of a suite that has no plan'],
  ];
  const isUnaffected = (file: string, line: string): boolean => unaffected.some(([of, pattern]) => of === file && pattern.test(line));

  it.each(good)('$file passes no more when any result is deleted or fails', ({ file, lines, kind }) => {
    const silent = lines.flatMap((line, index) => {
      if (!isTold(line)) return [];
      // A skip is one whichever word stands in front of it.
      const failed = line.replace(/(?:not )?ok (?=\d)/, 'not ok ').replace(/# SKIP.*/, '');
      return kindOf(lines.toSpliced(index, 1)) === kind || kindOf(lines.with(index, failed)) === kind ? [line] : [];
    });
    expect(silent.filter((line) => !isUnaffected(file, line))).toEqual([]);
    expect(unaffected.filter(([of, pattern]) => of === file && !silent.some((line) => pattern.test(line)))).toEqual([]);
  });
});
