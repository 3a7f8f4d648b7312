// A kernel without kallsyms, with its System.map beside it, is read as one that prints names: for every log of the corpus.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createWatch } from '../../src/console/watch.ts';
import type { Crash } from '../../src/model/console.ts';
import type { Symbols } from '../../src/model/symbols.ts';
import { readMap } from '../../src/symbols/map.ts';
import { createSymbols } from '../../src/symbols/table.ts';
import { takeNames } from '../unit/symbols/nameless.ts';

const folders = ['../corpus/kernel-logs/', '../../../shared/corpus/kernel-logs/'].map((path) => new URL(path, import.meta.url)).filter((folder) => existsSync(folder));
const logs = folders.flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith('.log')).map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') })));

function crashesOf(text: string, symbols?: Symbols): readonly Crash[] {
  const watch = createWatch([], symbols);
  watch.push(Buffer.from(text));
  return watch.end().findings.filter((finding) => finding.kind === 'crash');
}
const sketch = ({ title, type, line, function: guilty, corrupted }: Crash): unknown => ({ title, type, line, guilty, corrupted });

const symbolsOf = (map: string): Symbols => createSymbols('System.map', readMap(map).symbols);

/** Logs whose reports are not the same once their functions are taken out and looked up again. */
function different(moved: bigint): readonly unknown[] {
  return logs.flatMap(({ name, text }) => {
    const { text: nameless, map, count } = takeNames(text, moved);
    if (count === 0) return [];
    const [wanted, got] = [crashesOf(text).map(sketch), crashesOf(nameless, symbolsOf(map)).map(sketch)];
    return JSON.stringify(wanted) === JSON.stringify(got) ? [] : [{ name, wanted, got }];
  });
}

describe('crash reports with addresses instead of names', () => {
  it('are read as those with names', () => {
    expect(logs.length).toBeGreaterThanOrEqual(20);
    expect(different(0n)).toEqual([]);
  });

  it('are read so where the kernel was moved, and says by how much at the end', () => {
    expect(logs.filter(({ text }) => text.includes('Kernel Offset: ')).length).toBeGreaterThan(1);
    const told = different(0x1a400000n).filter((one) => logs.some(({ name, text }) => name === (one as { name: string }).name && text.includes('Kernel Offset: ')));
    expect(told).toEqual([]);
  });

  it('keep their addresses where the kernel was moved and does not say by how much', () => {
    const [moved] = logs.filter(({ text }) => !text.includes('Kernel Offset: ')).map(({ text }) => takeNames(text, 0x1a400000n)).filter(({ text }) => /\n.*Call Trace:\n/.test(text));
    expect(moved).toBeDefined();
    expect(crashesOf(moved?.text ?? '', symbolsOf(moved?.map ?? ''))).toEqual(crashesOf(moved?.text ?? ''));
  });
});
