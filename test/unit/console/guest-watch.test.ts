// A guest that tells its results over a port too: they count as they came there, whatever the kernel does to the console.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGuestWatch } from '../../../src/console/guest-watch.ts';
import type { Expect } from '../../../src/model/case.ts';
import type { Finding } from '../../../src/model/console.ts';
import { judgeEnded, type ConsoleJudgement } from '../../../src/verdict/parse-text.ts';
import { dialectArbitrary, printKtap, treeArbitrary } from './ktap-arbitrary.ts';
import { ktapExpect, sketch } from './read.ts';

interface Told {
  readonly console: string;
  readonly port: string;
}

const framed = (results: string): string => `kit-test: results 1\n${results}kit-test: end of results\n`;

function judge({ console, port }: Told, expect: readonly Expect[] = [ktapExpect]): ConsoleJudgement {
  const watch = createGuestWatch(expect);
  watch.pushResults(Buffer.from(port));
  watch.push(Buffer.from(console));
  return judgeEnded(watch, console.length, expect);
}

const say = ({ verdict, results }: ConsoleJudgement): string => `${verdict.kind}${'reason' in verdict ? ` (${verdict.reason})` : ''}: ${sketch(results)}`;
const told = (one: Told, expect?: readonly Expect[]): string => say(judge(one, expect));
const suite = (protocol: NonNullable<Expect['protocol']>): readonly Expect[] => [{ protocol, ordered: false }];

const init = 'kit-test: init 1\n';
const good = 'KTAP version 1\n1..2\n  KTAP version 1\n  1..1\n  ok 1 a\nok 1 one\nok 2 two\n';
const passed = 'Moby test suite PASSED\n';
// The kernel has cut two results in a way that nobody can mend.
const damaged = 'KTAP version 1\n1..2\n  KTAP version 1\n  1..1\n  o[    9.000001] usb\n[    9.000002] usb k 1\nnot a\n[    9.000003] u\nok 2 two\n';

describe('results over a port', () => {
  it.each<[string, Told, string]>([
    ['count, however the kernel has cut up the console', { console: `${init}${damaged}${passed}`, port: framed(good) }, 'pass: ok one [ok a], ok two'],
    ['count once, though the console tells them too', { console: `${init}${good}${passed}`, port: framed(good) }, 'pass: ok one [ok a], ok two'],
    ['fail, though the console says otherwise', { console: `${init}${good}${passed}`, port: framed(good.replace('ok 2', 'not ok 2')) }, 'fail (1 result failed: two): ok one [ok a], FAIL two'],
    ['are missing where they never came, though they are on the console', { console: `${init}${good}${passed}`, port: framed(good.replace('ok 2 two\n', '')) }, 'fail (missing evidence: an announced result never came, first: test 2): ok one [ok a], MISSING test 2'],
    ['are missing where their end never came', { console: `${init}${good}${passed}`, port: framed(good).replace('kit-test: end of results\n', '') }, 'fail (missing evidence: an announced result never came, first: the rest of the port): ok one [ok a], ok two, MISSING the rest of the port'],
    ['may come without a frame, from an init of the user', { console: 'Run /init as init process\n', port: good }, 'pass: ok one [ok a], ok two'],
    ['come over the console where the port told nothing', { console: `${init}${good}${passed}`, port: '' }, 'pass: ok one [ok a], ok two'],
    ['are none where the port has only begun', { console: `${init}${good}${passed}`, port: 'kit-test: results 1\n' }, 'fail (missing evidence: no KTAP on the console): '],
    ['do not make up for a crash', { console: `${init}[    1.000000] Kernel panic - not syncing: oh no\n`, port: framed(good) }, 'crash: ok one [ok a], ok two'],
    ['do not make up for a suite that failed', { console: `${init}${good}Moby test suite FAILED\n`, port: framed(good) }, 'fail (the guest printed "Moby test suite FAILED": Moby test suite FAILED): ok one [ok a], ok two'],
    ['do not hide what KUnit says', { console: `[    1.000000] KTAP version 1\n[    1.000000] 1..1\n[    1.000000] not ok 1 kunit\n${init}${good}${passed}`, port: framed(good) }, 'fail (1 result failed: kunit): FAIL kunit, ok one [ok a], ok two'],
    ['count what a program prints of the kernel log once', { console: `[    1.000000] KTAP version 1\n[    1.000000] 1..1\n[    1.000000] ok 1 kunit\n${init}${good}${passed}`, port: framed(`${good}# [    1.000000] KTAP version 1\n`) }, 'pass: ok kunit, ok one [ok a], ok two'],
  ])('%s', (_, one, expected) => {
    expect(told(one)).toBe(expected);
  });

  it.each<[string, readonly Expect[], string, string]>([
    ['go test', suite('gotest'), '  === RUN   TestA\n  --- PASS: TestA (0.10s)\n  PASS\n', 'pass: ok TestA'],
    ['pytest', suite('pytest'), '  a.py::one PASSED [100%]\n  ===== 1 passed in 0.01s =====\n', 'pass: ok a.py [ok one]'],
    ['TAP', suite('tap'), '  TAP version 14\n  1..1\n  ok 1 - a\n', 'pass: ok a'],
  ])('may be those of %s', (_, wanted, text, expected) => {
    const report = `KTAP version 1\n1..1\n${text}ok 1 run\n`;
    const cut = report.replace(/PASS(?!ED)/, 'PA[    5.000001] usb\n[    5.000002] usb\nSS').replace('PASSED', 'PA[    5.000001] usb');
    expect(told({ console: `${init}${cut}${passed}`, port: framed(report) }, wanted)).toBe(expected);
    // Of suites that say no number of results nothing but the end of the port says that none was lost.
    expect(told({ console: `${init}${report}${passed}`, port: `kit-test: results 1\n${report}` }, wanted)).toContain('MISSING the rest of the port');
  });

  it('tell the exit status', () => {
    const wanted = [{ ...ktapExpect, exit: 3 }];
    const report = (status: number): string => `KTAP version 1\n1..1\n${status === 3 ? 'ok 1 run # exit=3 as expected' : `not ok 1 run # exit=${status}, expected 3`}\n`;
    expect(told({ console: `${init}KTAP version 1\n1..1\nok 1 ru[    9.000000] usb\n${passed}`, port: framed(report(3)) }, wanted)).toBe('pass: ok run');
    expect(told({ console: `${init}${report(3)}${passed}`, port: framed(report(4)) }, wanted)).toMatch(/^fail \(/);
  });

  it('stand on the lines of the console on which they are, and on none where they are not', () => {
    const { documents } = judge({ console: `${init}KTAP version 1\n1..3\nok 1 a\nok 2 a\nok[    9.000000] usb\n 3 b\n`, port: framed('KTAP version 1\n1..3\nok 1 a\nnot ok 2 a\nok 3 c\n') });
    expect(documents).toMatchObject([{ line: 2, results: [{ name: 'a', line: 4 }, { name: 'a', line: 5, status: 'fail' }, { name: 'c', line: 0 }] }]);
  });

  it('show the lines of the console around one that failed, and no wrong ones where it is not there', () => {
    const report = good.replace('ok 2', 'not ok 2');
    const shown = judge({ console: `${init}${report}`, port: framed(report) });
    expect(shown.verdict).toMatchObject({ kind: 'fail', line: 8 });
    expect(shown.excerpt.map(({ text }) => text)).toContain('not ok 2 two');
    const hidden = judge({ console: `${init}${report.replace('two', 't[    9.000000] usb\nwo')}`, port: framed(report.replace('two', 'other')) });
    expect(hidden.verdict).not.toHaveProperty('line');
  });

  it('are not decided before builtin:init has told all over the port', () => {
    const watch = createGuestWatch([ktapExpect]);
    watch.pushResults(Buffer.from('kit-test: results 1\n'));
    expect(watch.push(Buffer.from(`${init}${good}`))).toMatchObject({ decided: false, userspace: true, lastTest: 'two' });
    expect(watch.pushResults(Buffer.from('KTAP version 1\n1..1\n'))).toMatchObject({ decided: false });
    expect(watch.toldAll()).toBe(false);
    expect(watch.pushResults(Buffer.from('ok 1 one\nkit-test: end of res'))).toMatchObject({ decided: false, lastTest: 'one' });
    expect(watch.pushResults(Buffer.from('ults\n'))).toMatchObject({ decided: true });
    expect(watch.toldAll()).toBe(true);
    const bare = createGuestWatch([ktapExpect]);
    bare.push(Buffer.from(`${init}${good}`));
    expect(['KTAP version 1\n1..1\n', 'ok 1 one\n'].map((text) => bare.pushResults(Buffer.from(text)).decided)).toEqual([false, true]);
  });

  it('are decided by a crash alone', () => {
    const watch = createGuestWatch([ktapExpect]);
    watch.pushResults(Buffer.from('kit-test: results 1\nKTAP version 1\n1..2\n'));
    expect(watch.push(Buffer.from('[    1.000000] Kernel panic - not syncing: oh no\n[    1.000001] CPU: 0 PID: 1 Comm: init\n'))).toMatchObject({ decided: true, lost: true });
  });
});

const name = fc.stringMatching(/^[a-z][a-z_0-9]{0,8}$/).filter((text) => !/^(?:ok|not)$/.test(text));
const report = fc.tuple(treeArbitrary(name, fc.constant('ok')), dialectArbitrary).map(([level, how]) => printKtap(level, { ...how, prefix: false }));
const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

describe('any report that passes', () => {
  it('passes over the port, whatever the kernel prints into the console', () => {
    fc.assert(fc.property(report, fc.array(fc.tuple(fc.nat(), fc.constantFrom('[    2.000000] usb 1-1: new device\n', '\n', '[    2.000000] u')), { maxLength: 20 }), (lines, noise) => {
      const whole = textOf(lines);
      const console = noise.reduce((text, [at, printed]) => `${text.slice(0, at % text.length)}${printed}${text.slice(at % text.length)}`, whole);
      expect(told({ console: `${init}${console}${passed}`, port: framed(whole) })).toMatch(/^pass/);
    }));
  });

  it('passes no more when any result on the port is deleted or fails, whatever the console says', () => {
    fc.assert(fc.property(report, (lines) => {
      const verdict = (changed: readonly string[]): string => judge({ console: `${init}${textOf(lines)}${passed}`, port: framed(textOf(changed)) }).verdict.kind;
      for (const [index, line] of lines.entries()) {
        if (!/(?:^|[ \t])ok \d/.test(line)) continue;
        expect([line, verdict(lines.toSpliced(index, 1)), verdict(lines.with(index, line.replace('ok ', 'not ok ')))]).toEqual([line, 'fail', 'fail']);
      }
      for (let length = 0; length < lines.length; length += 1) expect(judge({ console: `${init}${textOf(lines)}${passed}`, port: `kit-test: results 1\n${textOf(lines.slice(0, length))}` }).verdict.kind).toBe('fail');
    }), { numRuns: 30 });
  });

  it('is read the same in whatever pieces, and in whatever order console and port come', () => {
    fc.assert(fc.property(report, fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 40 })), { maxLength: 60 }), (lines, steps) => {
      const [console, port] = [Buffer.from(`${init}${textOf(lines)}${passed}`), Buffer.from(framed(textOf(lines)))];
      const watch = createGuestWatch([ktapExpect]);
      let [shown, sent] = [0, 0];
      for (const [toPort, bytes] of steps) {
        if (toPort) watch.pushResults(port.subarray(sent, (sent += bytes)));
        else watch.push(console.subarray(shown, (shown += bytes)));
      }
      watch.pushResults(port.subarray(sent));
      watch.push(console.subarray(shown));
      const whole = createGuestWatch([ktapExpect]);
      whole.push(console);
      whole.pushResults(port);
      const results = (findings: readonly Finding[]): readonly Finding[] => findings.filter(({ kind }) => kind === 'results');
      expect(results(watch.end().findings)).toEqual(results(whole.end().findings));
    }));
  });
});
