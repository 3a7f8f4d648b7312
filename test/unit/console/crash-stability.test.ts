// The title of a crash is the key it is grouped by: it hangs on neither the printk prefix nor what differs from boot to boot.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../../src/console/printk.ts';
import type { Crash, Line } from '../../../src/model/console.ts';
import { crashesOf } from './read.ts';

const folders = ['../../corpus/kernel-logs/', '../../../../shared/corpus/kernel-logs/'].map((path) => new URL(path, import.meta.url)).filter((folder) => existsSync(folder));
const logs = folders.flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith('.log')).map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') })));

const stamp = (line: Line): string => `[${(line.uptime ?? 1).toFixed(6).padStart(12)}]`;
const caller = (line: Line): string => `[${(line.caller ?? 'T7').padStart(6)}]`;
const prefixes: Readonly<Record<string, (line: Line) => string>> = {
  'no prefix': () => '',
  'times': (line) => `${stamp(line)} `,
  'levels and times': (line) => `<4>${stamp(line)} `,
  'times and callers': (line) => `${stamp(line)}${caller(line)} `,
  'callers': (line) => `${caller(line)} `,
  'the prefix of Android': (line) => `${stamp(line)} (0)[123:kworker/0:1]`,
};

function rewrite(text: string, prefix: (line: Line) => string): string {
  const lines: string[] = [];
  text.split('\n').forEach((raw, index) => {
    readLines(raw, index + 1, false, (line) => { lines.push(`${line.kernel ? prefix(line) : ''}${line.text}`); });
  });
  return lines.join('\n');
}

const hasCallers = (text: string): boolean => /^\[ *\d+\.\d+\]\[ *[CT]\d+\]/m.test(text);
const name = (crash: Crash | undefined): string | undefined => crash === undefined ? undefined : `${crash.title} (${crash.type})`;

describe('titles', () => {
  it.each(Object.entries(prefixes))('are the same with %s', (words, prefix) => {
    const changed = logs.flatMap(({ name: log, text }) => {
      const [before] = crashesOf(text);
      const [after] = crashesOf(rewrite(text, prefix));
      if (name(before) === name(after)) return [];
      // Only callers tell interleaved reports apart: without them the report says that it is damaged.
      const told = before !== undefined && after !== undefined && hasCallers(text) !== words.includes('callers') && (before.corrupted === true || after.corrupted === true);
      return told ? [] : [[log, name(before), name(after)]];
    });
    expect(changed).toEqual([]);
  });

  it('are the same with other addresses, offsets, processes, CPUs and times', () => {
    fc.assert(fc.property(fc.constantFrom(...logs), fc.integer({ min: 1, max: 0xffff }), ({ text }, seed) => {
      const hex = (digits: number): string => (seed * 0x9e3779b1).toString(16).repeat(4).slice(0, digits);
      const other = text
        .replace(/\+0x[0-9a-f]+\/0x[0-9a-f]+/g, `+0x${seed.toString(16)}/0x1${seed.toString(16)}`)
        .replace(/\b[cf][0-9a-f]{7}(?:[0-9a-f]{8})?\b/g, (address) => `${address.slice(0, 2)}${hex(address.length - 2)}`)
        .replace(/\bPID: \d+/g, `PID: ${seed}`)
        .replace(/\bby task (\S+)\/\d+/g, `by task $1/${seed}`)
        .replace(/\bCPU: \d+ /g, `CPU: ${seed % 64} `)
        .replace(/\bCPU#\d+/g, `CPU#${seed % 64}`)
        .replace(/^\[ *(\d+)\./gm, (_, seconds: string) => `[${String(Number(seconds) + seed).padStart(5)}.`);
      expect(crashesOf(other).map(name)).toEqual(crashesOf(text).map(name));
    }), { numRuns: 400 });
  });
});
