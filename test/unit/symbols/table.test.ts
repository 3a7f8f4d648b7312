// Which function an address lies in.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMap } from '../../../src/symbols/map.ts';
import type { Symbol } from '../../../src/symbols/symbol.ts';
import { createSymbols } from '../../../src/symbols/table.ts';

const table = (...lines: readonly string[]) => createSymbols('System.map', readMap(lines.map((line) => `ffffffff8100${line}\n`).join('')).symbols);
const at = (low: number): bigint => 0xffffffff81000000n + BigInt(low);

describe('a table of symbols', () => {
  it('names the function an address lies in, with offset and size', () => {
    const symbols = table('1000 T schedule', '1040 t helper', '1050 D data');
    expect([0xfff, 0x1000, 0x103f, 0x1040, 0x104f, 0x1050, 0x9000].map((low) => symbols.name(at(low)))).toEqual([
      undefined, 'schedule+0x0/0x40', 'schedule+0x3f/0x40', 'helper+0x0/0x10', 'helper+0xf/0x10', undefined, undefined,
    ]);
    expect(symbols.name(0n)).toBeUndefined();
  });

  it('prefers the names that the kernel prefers where several stand at one address', () => {
    const name = (...names: readonly string[]) => table(...names.map((each) => `1000 ${each}`), '1010 D end').name(at(0x1000))?.replace(/\+.*/, '');
    expect(name('T _stext', 'T do_it')).toBe('do_it');
    expect(name('W soft', 'T hard')).toBe('hard');
    expect(name('T __pfx', 'T ___x', 'T _one')).toBe('_one');
    expect(name('T __irqentry_text_start', 'T ____asm')).toBe('____asm');
    expect(name('T first', 'T second')).toBe('first');
    expect(name('D __start_data', 'T code', 'd later')).toBe('code');
  });

  it('leaves out marks of the assembler', () => {
    expect(table('1000 T f', '1004 t $x.3', '1008 t .Lloop', '100c t $d', '1010 t g', '1020 d end').name(at(0x100f))).toBe('f+0xf/0x10');
  });

  it('names the module', () => {
    const symbols = createSymbols('kallsyms', readMap('ffffffffc0001000 t ext4_iget\t[ext4]\nffffffffc0001080 t ext4_put\t[ext4]\n').symbols);
    expect(symbols.name(0xffffffffc0001010n)).toBe('ext4_iget+0x10/0x80 [ext4]');
    // Nobody knows where the last one ends.
    expect(symbols.name(0xffffffffc0001081n)).toBeUndefined();
  });

  it('takes no function to be megabytes long', () => {
    expect(table('1000 T last', '1010 T _einittext').name(at(0x1010 + 0x200000))).toBeUndefined();
    const far = createSymbols('kallsyms', readMap('ffffffff81001000 T _einittext\nffffffffc0000000 t f\t[m]\n').symbols);
    expect([far.name(at(0x1fff)), far.name(0xffffffff91001000n)]).toEqual(['_einittext+0xfff/0x3efff000', undefined]);
  });

  it('finds symbols by name where the name is of one only', () => {
    const symbols = table('1000 T only', '1010 t twice', '1020 t twice', '1030 D data', '1030 T alias');
    expect([symbols.find('only'), symbols.find('twice'), symbols.find('data'), symbols.find('alias'), symbols.find('none')]).toEqual([at(0x1000), undefined, at(0x1030), at(0x1030), undefined]);
  });

  it('answers as a search from the first to the last would', () => {
    const anySymbol = fc.record({ address: fc.bigInt(0n, 400n), name: fc.constantFrom('f', 'g', '_h', '__k'), code: fc.boolean(), weak: fc.boolean() });
    fc.assert(fc.property(fc.array(anySymbol, { maxLength: 40 }), fc.bigInt(-5n, 450n), (symbols: readonly Symbol[], address) => {
      const name = createSymbols('x', symbols).name(address)?.replace(/\/.*/, '');
      const below = symbols.filter((symbol) => symbol.address <= address);
      const nearest = below.reduce((high, symbol) => (symbol.address > high ? symbol.address : high), -1n);
      const here = below.filter((symbol) => symbol.address === nearest && symbol.code);
      // The last address has no end.
      const bounded = symbols.some((symbol) => symbol.address > address);
      const expected = bounded ? here.map((symbol) => `${symbol.name}+0x${(address - nearest).toString(16)}`) : [];
      if (name === undefined) expect(expected).toEqual([]);
      else expect(expected).toContain(name);
    }));
  });
});
