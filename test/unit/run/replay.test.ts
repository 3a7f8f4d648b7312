import { describe, expect, it } from 'vitest';
import { createWatch } from '../../../src/console/watch.ts';
import type { Expect } from '../../../src/model/case.ts';
import { createReplay } from '../../../src/run/replay.ts';

const ktap: Expect = { protocol: 'ktap', ordered: false };
const lines = [
  [0, '[    0.000000] Linux version 6.1'],
  [900, '[    0.900000] Run /init as init process'],
  [1000, 'KTAP version 1'],
  [1000, '1..2'],
  [1500, 'ok 1 a'],
  [2250, 'ok 2 b'],
  [9000, '[    8.000000] reboot: Power down'],
] as const;
const console = Buffer.from(lines.map(([, text]) => `${text}\n`).join(''));
const times = Buffer.from(lines.map(([ms]) => `${ms}\n`).join(''));

function took(text: Buffer, of: Buffer, chunk = text.length): unknown {
  const replay = createReplay(createWatch([ktap]), of);
  for (let at = 0; at < text.length; at += chunk) replay.push(text.subarray(at, at + chunk));
  return replay.took();
}

describe('a replay', () => {
  it.each([1, 2, 7, 64, 1000])('times from user space to when all had come, in chunks of %d bytes', (chunk) => {
    expect(took(console, times, chunk)).toBe(1350);
  });

  it('goes to the last line where something never came', () => {
    const cut = (text: Buffer, count: number): Buffer => Buffer.from(text.toString().split('\n').filter((_, index) => index !== 5).slice(0, count).join('\n') + '\n');
    expect(took(cut(console, 6), cut(times, 6))).toBe(8100);
  });

  it('goes on where more comes after all that was expected', () => {
    const text = Buffer.concat([console, Buffer.from('KTAP version 1\n1..1\nok 1 late')]);
    expect(took(text, Buffer.concat([times, Buffer.from('9500\n9500\n9900\n')]))).toBe(9000);
    expect(took(Buffer.concat([text, Buffer.from('\n')]), Buffer.concat([times, Buffer.from('9500\n9500\n9900\n')]))).toBe(9000);
  });

  it('knows no time where there was no user space', () => {
    expect(took(console.subarray(0, 33), times.subarray(0, 2))).toBeUndefined();
    expect(took(Buffer.alloc(0), Buffer.alloc(0))).toBeUndefined();
  });

  it.each<[string, string]>([
    ['too few', times.toString().slice(0, -5)],
    ['too many', `${times.toString()}9999\n`],
    ['none', ''],
    ['no numbers', 'x\n'.repeat(7)],
    ['cut off', times.toString().slice(0, -1)],
  ])('refuses times that are not those of the console: %s', (_, text) => {
    expect(took(console, Buffer.from(text))).toBe('unfit');
  });

  it('gives the watch the same as it would have read without', () => {
    const [watch, plain] = [createWatch([ktap]), createWatch([ktap])];
    const replay = createReplay(watch, times);
    replay.push(console);
    plain.push(console);
    expect(watch.end()).toEqual(plain.end());
  });
});
