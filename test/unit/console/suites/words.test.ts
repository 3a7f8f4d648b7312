// Readers of suites see only lines with certain words: none of the others may say anything to them.
import fc from 'fast-check';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { suites } from '../../../../src/console/suites/index.ts';

const folders = ['../../../corpus/ktap/', '../../../corpus/suites/', '../../../corpus/kernel-logs/', '../../../../../shared/corpus/ktap/', '../../../../../shared/corpus/kernel-logs/'].map((path) => new URL(path, import.meta.url)).filter((folder) => existsSync(folder));
const lines = folders.flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith('.log')).flatMap((name) => readFileSync(new URL(name, folder), 'utf8').split(/\r?\n/)));

const pieces = fc.constantFrom(
  '=== ', 'RUN', '   ', 'TestA', '--- ', 'PASS', ': ', '(0.01s)', 'ok', '\t', '  ', 'FAIL', '[build failed]', '?', '[no test files]', 'a.go:1: ', 'panic: ', '{"Action":"run","Test":"a"}',
  'a.c:1: ', 'TPASS', 'TINFO', 'fork01    1  ', 'Summary:', 'passed', 'failed', ' 3', '<<<test_start>>>', '<<<test_end>>>', '===== ', ' =====', 'Duration: 1s', 'duration=1 termination_type=exited termination_id=0 corefile=no', 'tag=a stime=1', ' dur=1 exit=exited stat=0 core=no', 'Testcase Result Exit Value', ': pass', 'Total Tests: 3', 'Starting suite: a',
  'a.py::', 'test_b', 'PASSED', ' [ 50%]', '=', '!!!', ' a ', 'collected 3 items', ' in 0.12s', '3 passed', '1 error', '0.01s call ', 'short test summary info', 'test session starts', 'SKIPPED [1] a.py:1: b', '1', 'x',
);

describe.each(suites.filter(({ readerWords }) => readerWords !== undefined))('the words of $protocol', (suite) => {
  const { begins, words, readerWords = [] } = suite;
  const holds = (line: string, any: readonly string[]): boolean => any.some((word) => line.includes(word));

  it('are in every line of real consoles that says something', () => {
    expect(lines.filter((line) => suite.recognises(line.trim()) && !holds(line, readerWords))).toEqual([]);
    expect(lines.filter((line) => begins.test(line) && !holds(line, words))).toEqual([]);
  });

  it('are in whatever is put together of pieces and says something', () => {
    fc.assert(fc.property(fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join('')), (line) => {
      if (suite.recognises(line.trim())) expect(holds(line, readerWords)).toBe(true);
      if (begins.test(line)) expect(holds(line, words)).toBe(true);
    }), { numRuns: 5000 });
  });
});
