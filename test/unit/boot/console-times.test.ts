import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openConsoleFile } from '../../../src/boot/console-file.ts';
import { createConsoleTimes } from '../../../src/boot/console-times.ts';
import { temporaryFolder } from '../cache/folder.ts';

interface Piece { readonly text: string; readonly waitMs: number }

async function keep(folder: string, pieces: readonly Piece[], limit: number): Promise<{ readonly lines: readonly string[]; readonly times: readonly number[] }> {
  const file = await openConsoleFile(join(folder, 'console.log'), limit);
  const times = createConsoleTimes();
  let now = 0;
  for (const { text, waitMs } of pieces) {
    now += waitMs;
    file.write(Buffer.from(text));
    times.note(text.length, now);
  }
  await times.write(join(folder, 'console.times'), await file.close());
  const console = await readFile(join(folder, 'console.log'), 'latin1');
  const recorded = await readFile(join(folder, 'console.times'), 'latin1');
  return { lines: console === '' ? [] : console.replace(/\n$/, '').split('\n'), times: recorded.split('\n').slice(0, -1).map(Number) };
}

const pieces = fc.array(fc.record({ text: fc.stringMatching(/^[ab\n]{1,6}$/), waitMs: fc.integer({ min: 0, max: 9 }) }), { maxLength: 30 });

describe('the times of a console', () => {
  it('tell of each line when its first byte came', async () => {
    const folder = await temporaryFolder();
    await fc.assert(fc.asyncProperty(pieces, async (all) => {
      const { lines, times } = await keep(folder, all, 4096);
      const expected: number[] = [];
      let now = 0;
      let isStart = true;
      for (const { text, waitMs } of all) {
        now += waitMs;
        for (const character of text) {
          if (isStart) expected.push(now);
          isStart = character === '\n';
        }
      }
      expect(times).toEqual(expected);
      expect(times).toHaveLength(lines.length);
    }), { numRuns: 60 });
  });

  it('have a number for every line that was kept, in order, where the middle was left out', async () => {
    const folder = await temporaryFolder();
    await fc.assert(fc.asyncProperty(pieces, fc.integer({ min: 2, max: 60 }), async (all, limit) => {
      const { lines, times } = await keep(folder, all, limit);
      expect(times).toHaveLength(lines.length);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      if (lines.length > 0) expect(times[0]).toBe(all[0]?.waitMs);
    }), { numRuns: 60 });
    const { lines, times } = await keep(folder, Array.from({ length: 100 }, (_, index) => ({ text: `line ${String(index).padStart(4, '0')}\n`, waitMs: 10 })), 100);
    expect([lines.at(-1), times.at(-1)]).toEqual(['line 0099', 1000]);
    expect([lines[0], times[0]]).toEqual(['line 0000', 10]);
  });
});
