// The Linux Test Project's output, of old and new programs and of its runners.
import { describe, expect, it } from 'vitest';
import type { TestResult } from '../../../../src/model/console.ts';
import { documentsOf, judged } from '../read.ts';

const summary = (passed: number, failed = 0, broken = 0, skipped = 0, warnings = 0): string => `\nSummary:\npassed   ${passed}\nfailed   ${failed}\nbroken   ${broken}\nskipped  ${skipped}\nwarnings ${warnings}\n`;
const framed = (program: string, output: string, ending: string): string => `<<<test_start>>>\ntag=${program} stime=1450000000\ncmdline="${program}"\ncontacts=""\nanalysis=exit\n<<<test_output>>>\n${output}<<<execution_status>>>\ninitiation_status="ok"\n${ending} corefile=no\ncutime=0 cstime=0\n<<<test_end>>>\n`;
const table = (...rows: readonly string[]): string => `Testcase   Result     Exit Value\n${rows.map((row, index) => `a${index}  ${row}\n`).join('')}`;
/** Programs alone: their lines inform, the program's own result counts. */
const programs = (text: string): string => judged(text, 'ltp').replace(/ \[[^\]]*\]/g, '');
const first = (text: string): TestResult | undefined => documentsOf(text, 'ltp')[0]?.results[0];

describe('protocol: ltp', () => {
  it.each([
    ['a program of new style', `tst_test.c:1363: TINFO: Timeout per run is 0h 05m 00s\nwait02.c:41: TPASS: wait() succeeded\n${summary(1)}`, 'pass: ok wait02'],
    ['a shell program', `ping01 1 TINFO: timeout per run is 0h 5m 0s\nping01 1 TPASS: ok\n${summary(1)}`, 'pass: ok ping01'],
    ['programs of old style', 'fork01      1  TPASS  :  fork() returned 265\nfork01      2  TPASS  :  child pid\nstat04      1  TPASS  :  ok\n', 'pass: ok fork01, ok stat04'],
    ['old style before new style and after it', `fork01      1  TPASS  :  ok\ntst_test.c:1: TINFO: x\na01.c:1: TPASS: ok\n${summary(1)}stat04      1  TPASS  :  ok\n`, 'pass: ok fork01, ok a01, ok stat04'],
    ['a failure', `a01.c:7: TFAIL: open() returned 3\n${summary(0, 1)}`, 'fail (1 result failed: a01 (TFAIL: open() returned 3)): FAIL a01'],
    ['a broken program that never named itself', `tst_device.c:345: TBROK: Failed to acquire device\n${summary(0, 0, 1)}`, 'fail (1 result failed: program 1 (TBROK: Failed to acquire device)): FAIL program 1'],
    ['a warning among passes', `a01.c:7: TPASS: ok\na01.c:9: TWARN: cannot clean up\n${summary(1, 0, 0, 0, 1)}`, 'fail (1 result failed: a01 (TWARN: cannot clean up)): FAIL a01'],
    ['a program that is not for this machine', `a01 1 TCONF: veth driver not available\n${summary(0, 0, 0, 1)}b01.c:7: TPASS: ok\n${summary(1)}`, 'pass: skip a01, ok b01'],
    ['passes beside what is not for this machine', `b01.c:7: TPASS: ok\nb01.c:8: TCONF: no huge pages\n${summary(1, 0, 0, 1)}`, 'pass: ok b01'],
    ["runltp's frames", framed('abort01A', 'abort01     1  TPASS  :  ok\n', 'duration=2 termination_type=exited termination_id=0') + framed('b01', '', 'duration=0 termination_type=exited termination_id=0'), 'pass: ok abort01A, ok b01'],
    ['a program that a signal killed', framed('a01', 'a01     1  TPASS  :  ok\n', 'duration=0 termination_type=signaled termination_id=11'), 'fail (1 result failed: a01 (killed by signal 11)): FAIL a01'],
    ['a program that failed without a word', framed('a01', '', 'duration=0 termination_type=exited termination_id=3'), 'fail (1 result failed: a01 (exit=3)): FAIL a01'],
    ["runltp's table", 'Testcase                                           Result     Exit Value\n--------                                           ------     ----------\naccess01                                           PASS       0    \naccept02                                           CONF       32   \nchdir01                                            FAIL       2    \n\n-----\nTotal Tests: 3\n', 'fail (1 result failed: chdir01 (exit=2)): ok access01, skip accept02, FAIL chdir01'],
    ["the log of runltp's programs", 'tag=a01 stime=1 dur=0 exit=exited stat=0 core=no cu=0 cs=1\ntag=b01 stime=1 dur=3 exit=exited stat=32 core=no cu=0 cs=1\n', 'pass: ok a01, skip b01'],
    ["kirk's lines", 'Starting suite: math\nabs01: pass  (0.003s)\natof01: pass | tainted  (0.005s)\nfloat01: skip  (1m 2s)\n\nTotal Run: 3\n', 'pass: ok abs01, ok atof01, skip float01'],
    ['what kirk waited for in vain', 'Starting suite: math\nabs01: timed out\n\nTotal Run: 1\n', 'fail (1 result failed: abs01 (timed out)): FAIL abs01'],
    ["kirk's long form", `Starting suite: math\n\n===== abs01 =====\ncommand: abs01\nabs01 1 TPASS: ok\n${summary(1)}\nDuration: 0.021s\n\nTotal Run: 1\n`, 'pass: ok abs01'],
    ['kernel lines in the middle of results', `a01.c:1: TPASS: ok\na01.c:1: TPA[    5.123456] usb\nSS: ok\na01.c:2: TPASS: ok\n\nSumm[    5.123456] usb\n[    5.123456] usb\nary:\npassed   3\nfailed   0\nbroken   0\nskipped  0\nwarnings 0\n`, 'pass: ok a01'],
    ['results in an entry of builtin:init', `KTAP version 1\n1..1\n  a01.c:1: TPASS: ok\n${summary(1).replace(/^(?=.)/gm, '  ')}ok 1 run\nMoby test suite PASSED\n`, 'pass: ok a01'],
  ])('reads %s', (_, text, expected) => {
    expect(programs(text)).toBe(expected);
  });

  it.each([
    ['a program without its summary', 'a01.c:1: TPASS: ok\n', 'fail (missing evidence: an announced result never came, first: a01): MISSING a01'],
    ['a summary that counts more', `a01.c:1: TPASS: ok\n${summary(2)}`, 'fail (LTP: a01: its summary says passed 2, but 1 came): ok a01'],
    ['a summary without one of its lines', `a01.c:1: TPASS: ok\n${summary(1).replace('broken   0\n', '')}`, 'fail (missing evidence: an announced result never came, first: a01): MISSING a01'],
    ['a summary alone', summary(1), 'fail (missing evidence: no LTP on the console): '],
    ['a summary of nothing', `a01.c:1: TINFO: hello\n${summary(0)}`, 'fail (missing evidence: no LTP on the console): '],
    ['an old program with a gap in its numbers', 'a01      1  TPASS  :  ok\na01      3  TPASS  :  ok\n', 'fail (LTP: a01: result 2 never came): ok a01'],
    ['a program whose end never came', framed('a01', 'a01     1  TPASS  :  ok\n', 'duration=0 termination_type=exited termination_id=0').replace('<<<test_end>>>\n', '').replace(/duration=.*\n/, ''), 'fail (missing evidence: an announced result never came, first: a01): MISSING a01'],
    ['a table that lacks a row', 'Testcase   Result     Exit Value\na01  PASS  0\nTotal Tests: 2\n', 'fail (LTP: 2 programs were run in all, but 1 are listed): ok a01'],
    ['a table that says otherwise', `a01.c:1: TPASS: ok\n${summary(1)}Testcase   Result     Exit Value\na01  FAIL  1\nTotal Tests: 1\n`, 'fail (LTP: a01: listed as fail, but it said pass): ok a01'],
    ['a table whose total has more failures', `${table('PASS  0', 'CONF  32')}Total Tests: 2\nTotal Skipped Tests: 1\nTotal Failures: 3\n`, 'fail (LTP: 3 programs failed in all, but 0 are listed): ok a0, skip a1'],
    ['a table whose total has more skips', `${table('PASS  0', 'PASS  0')}Total Tests: 2\nTotal Skipped Tests: 1\nTotal Failures: 0\n`, 'fail (LTP: 1 programs were skipped in all, but 0 are listed): ok a0, ok a1'],
    ['a list of kirk whose results failed', 'Starting suite: math\nabs01: pass  (0.003s)\n\nTotal runs: 1\nPassed: 4\nFailed: 1\n', 'fail (LTP: 1 results failed in all, but no program is listed that failed): ok abs01'],
    ['a list of kirk whose results were broken', 'Starting suite: math\nabs01: skip  (0.003s)\nabs02: pass  (0.003s)\n\nTotal runs: 2\nPassed: 4\nFailed: 0\nSkipped: 1\nBroken: 2\nWarnings: 0\n', 'fail (LTP: 2 results failed in all, but no program is listed that failed): skip abs01, ok abs02'],
    ['the second of two lists of which a program is lost', 'Starting suite: math\nabs01: pass  (0.003s)\nTotal Run: 1\nStarting suite: other\nb01: pass  (0.003s)\nTotal Run: 2\n', 'fail (LTP: 2 programs were run in all, but 1 are listed): ok abs01, ok b01'],
  ])('does not pass %s', (_, text, expected) => {
    expect(programs(text)).toBe(expected);
  });

  it.each([
    ["runltp's", `${table('PASS  0', 'CONF  32')}Total Tests: 2\nTotal Skipped Tests: 1\nTotal Failures: 0\n`, 'pass: ok a0, skip a1'],
    ["an older runltp's, which has no word for skips", `${table('PASS  0', 'CONF  32')}Total Tests: 2\nTotal Failures: 1\n`, 'pass: ok a0, skip a1'],
    ["kirk's", 'Starting suite: math\nabs01: pass  (0.003s)\n\n  Total runs: 1\n  Passed:      4\n  Failed:      0\n  Skipped:     0\n  Broken:      0\n  Warnings:    0\n', 'pass: ok abs01'],
    ['of two lists, each its own', 'Starting suite: math\nabs01: pass  (0.003s)\nTotal Run: 1\nStarting suite: other\nb01: pass  (0.003s)\nc01: pass  (0.003s)\nTotal Run: 2\n', 'pass: ok abs01, ok b01, ok c01'],
    ["anybody's words after a table", `${table('PASS  0')}Total Tests: 1\nFailed: 3\n`, 'pass: ok a0'],
  ])('passes totals that agree: %s', (_, text, expected) => {
    expect(programs(text)).toBe(expected);
  });

  it('calls programs what the list that was run calls them', () => {
    expect(programs(`utime01.c:1: TPASS: ok\n${summary(1)}tst_device.c:2: TCONF: no device\n${summary(0, 0, 0, 1)}Testcase   Result     Exit Value\nutime01A  PASS  0\nchdir01A  CONF  32\nTotal Tests: 2\n`)).toBe('pass: ok utime01A, skip chdir01A');
  });

  it('keeps the lines of a program below it, and how long it took', () => {
    expect(first(framed('a01', 'a01     1  TPASS  :  ok\n', 'duration=2 termination_type=exited termination_id=0'))).toEqual({
      name: 'a01', status: 'pass', line: 1, durationMs: 2000, children: [{ name: 'TPASS: ok', status: 'pass', line: 7, children: [], informative: true }],
    });
  });

  it('is no KTAP', () => {
    expect(judged(`a01.c:1: TPASS: ok\n${summary(1)}`, 'ktap')).toBe('fail (missing evidence: no KTAP on the console): ');
  });
});
