import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { ownText } from '../../../src/console/clean.ts';

describe('a text of its own', () => {
  it.each(['', 'ok 1 a', 'grün 日本 🐧', 'x'.repeat(99), 'x'.repeat(500)])('is %j, up to its limit', (text) => {
    expect(ownText(text)).toBe(text.slice(0, 400));
    expect(ownText(text, 3)).toBe(text.slice(0, 3));
  });

  it('ends with no half of a character', () => {
    expect(ownText('a🐧', 2)).toBe('a\ufffd');
    expect(ownText(`${'x'.repeat(399)}🐧`)).toBe(`${'x'.repeat(399)}\ufffd`);
  });

  it('does not keep what it was taken from', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const used = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = used();
    const kept = Array.from({ length: 1000 }, (_, index) => ownText(Buffer.alloc(64 * 1024, `line ${index} ü `).toString().slice(1000, 1040)));
    expect(used() - before).toBeLessThan(8_000_000);
    expect(kept.length).toBe(1000);
  });
});
