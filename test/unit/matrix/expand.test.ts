import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandMatrix } from '../../../src/matrix/expand.ts';
import { matchesName } from '../../../src/matrix/select.ts';
import type { HarnessConfig, Rule } from '../../../src/model/harness.ts';
import { archs, ids, makeCase, makeKernel, makeProject } from './sample.ts';

const cases = [makeCase('net', { labels: ['slow'] }), makeCase('boot', { labels: ['smoke'] })];
const kernels = [makeKernel('next', '7.x', ['x86_64']), makeKernel('6.12'), makeKernel('5.10', '5.10', ['x86_64', 'arm64'])];
const expand = (config: HarnessConfig) => ids(expandMatrix(makeProject(cases, kernels, config), archs));

describe('expandMatrix', () => {
  it('orders by case, kernel version and architecture; a kernel without an architecture has no cell there', () => {
    expect(expand({ matrix: { arch: ['x86_64', 'arm', 'aarch64'] } })).toEqual([
      'boot/5.10/x86_64', 'boot/5.10/aarch64', 'boot/6.12/x86_64', 'boot/6.12/arm', 'boot/6.12/aarch64', 'boot/next/x86_64',
      'net/5.10/x86_64', 'net/5.10/aarch64', 'net/6.12/x86_64', 'net/6.12/arm', 'net/6.12/aarch64', 'net/next/x86_64',
    ]);
  });

  it('takes every kernel and architecture where none is listed', () => {
    expect(expand({})).toHaveLength(12);
  });

  it('takes the listed kernels, by name or glob, and architectures by any name', () => {
    expect(expand({ matrix: { kernels: ['5.*', 'next'], arch: ['amd64'] } })).toEqual(['boot/5.10/x86_64', 'boot/next/x86_64', 'net/5.10/x86_64', 'net/next/x86_64']);
  });

  it('adds what include rules match beyond the lists', () => {
    expect(expand({ matrix: { kernels: ['6.12'], arch: ['x86_64'], include: [{ kernel: 'next', label: 'smoke' }, { case: 'net', kernel: '6.12', arch: 'arm64' }, { kernel: 'next', arch: 'arm' }] } }))
      .toEqual(['boot/6.12/x86_64', 'boot/next/x86_64', 'net/6.12/x86_64', 'net/6.12/aarch64']);
  });

  it('gives exclude rules the last word', () => {
    expect(expand({ matrix: { kernels: ['6.12'], arch: ['x86_64'], include: [{ arch: 'arm' }], exclude: [{ case: 'b*', arch: 'arm*' }] } }))
      .toEqual(['boot/6.12/x86_64', 'net/6.12/x86_64', 'net/6.12/arm', 'net/5.10/x86_64'].filter((id) => id.includes('6.12')));
  });

  it('keeps a cell whose needs are not met, with the reason', () => {
    const needy = [makeCase('needy', { needs: { kernel: '>=6.1', arch: ['x86_64'] } })];
    const cells = expandMatrix(makeProject(needy, kernels, { matrix: { arch: ['x86_64', 'aarch64'] } }), archs);
    expect(cells.map(({ id, skip }) => [id, skip])).toEqual([
      ['needy/5.10/x86_64', 'needs kernel >=6.1, this is 5.10'],
      ['needy/5.10/aarch64', 'needs x86_64, this is aarch64'],
      ['needy/6.12/x86_64', undefined],
      ['needy/6.12/aarch64', 'needs x86_64, this is aarch64'],
      ['needy/next/x86_64', undefined],
    ]);
  });
});

describe('media of a case', () => {
  const media = (boot: readonly string[] | string, needs: object = {}) => {
    const cells = expandMatrix(makeProject([makeCase('m', { boot, needs })], [makeKernel('6.12')], { matrix: { arch: ['x86_64', 'aarch64', 'arm'] } }), archs);
    return cells.map(({ id, medium, skip }) => [id, medium, skip]);
  };

  it('make a cell each where the architecture has the firmware, named in its id', () => {
    expect(media(['kernel+initrd', 'iso-bios', 'iso-efi', 'iso-bios'])).toEqual([
      ['m/6.12/x86_64/kernel+initrd', 'kernel+initrd', undefined], ['m/6.12/x86_64/iso-bios', 'iso-bios', undefined], ['m/6.12/x86_64/iso-efi', 'iso-efi', undefined],
      ['m/6.12/aarch64/kernel+initrd', 'kernel+initrd', undefined], ['m/6.12/aarch64/iso-efi', 'iso-efi', undefined],
      ['m/6.12/arm/kernel+initrd', 'kernel+initrd', undefined],
    ]);
  });

  it('leave one skipped cell where the architecture can boot from none', () => {
    expect(media('raw-bios')).toEqual([
      ['m/6.12/x86_64', 'raw-bios', undefined],
      ['m/6.12/aarch64', 'raw-bios', 'aarch64 has no BIOS firmware here, which raw-bios needs'],
      ['m/6.12/arm', 'raw-bios', 'arm has no BIOS firmware here, which raw-bios needs'],
    ]);
  });

  it('are all skipped where a need is not met', () => {
    expect(media(['iso-bios', 'iso-efi'], { kernel: '>=7' }).map(([, , skip]) => skip)).toEqual(Array.from({ length: 4 }, () => 'needs kernel >=7, this is 6.12'));
  });
});

describe('laws of the matrix', () => {
  const name = fc.constantFrom('a', 'b', 'net', 'net-2', 'x.y');
  const someCases = fc.uniqueArray(name, { maxLength: 4 }).map((names) => names.map((each) => makeCase(each, { labels: each.length > 1 ? ['long'] : [] })));
  const someKernels = fc.uniqueArray(fc.tuple(name, fc.constantFrom('5.10', '6.1', '6.12', '6.12.0', '7.x'), fc.option(fc.uniqueArray(fc.constantFrom('x86_64', 'aarch64', 'arm'), { minLength: 1 }), { nil: undefined })), { selector: ([each]) => each, maxLength: 4 })
    .map((specs) => specs.map(([each, release, of]) => makeKernel(each, release, of)));
  const rule: fc.Arbitrary<Rule> = fc.record({ case: fc.constantFrom('a', 'net*', '*'), kernel: fc.constantFrom('b', '*'), arch: fc.constantFrom('amd64', 'a*', 'arm'), label: fc.constant('long') }, { requiredKeys: [] })
    .filter((each) => Object.keys(each).length > 0);
  const config = fc.record({ arch: fc.option(fc.uniqueArray(fc.constantFrom('x86_64', 'aarch64', 'arm'), { minLength: 1 }), { nil: undefined }), include: fc.array(rule, { maxLength: 2 }), exclude: fc.array(rule, { maxLength: 2 }) });
  const matrixOf = ({ arch, include, exclude }: { arch: string[] | undefined; include: Rule[]; exclude: Rule[] }): HarnessConfig => ({ matrix: { ...(arch === undefined ? {} : { arch }), include, exclude } });

  it('the order of the inputs does not change the cells', () => {
    const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });
    fc.assert(fc.property(fc.tuple(someCases, someKernels).chain(([c, k]) => fc.tuple(fc.constant(c), fc.constant(k), shuffled(c), shuffled(k), shuffled(archs))), config, ([c, k, c2, k2, a2], matrix) => {
      expect(ids(expandMatrix(makeProject(c2, k2, matrixOf(matrix)), a2))).toEqual(ids(expandMatrix(makeProject(c, k, matrixOf(matrix)), archs)));
    }));
  });

  it('every cell has its own id', () => {
    fc.assert(fc.property(someCases, someKernels, config, (c, k, matrix) => {
      const found = ids(expandMatrix(makeProject(c, k, matrixOf(matrix)), archs));
      expect(new Set(found).size).toBe(found.length);
    }));
  });

  it('exclude removes exactly what its rules match, include only adds', () => {
    fc.assert(fc.property(someCases, someKernels, config, (c, k, matrix) => {
      const all = expandMatrix(makeProject(c, k, matrixOf({ ...matrix, exclude: [] })), archs);
      const matches = (each: Rule, cell: (typeof all)[number]): boolean =>
        (each.case === undefined || matchesName(each.case, cell.case.name)) && (each.kernel === undefined || matchesName(each.kernel, cell.kernel.name)) &&
        (each.arch === undefined || cell.arch.aliases.includes(each.arch) || matchesName(each.arch, cell.arch.name)) && (each.label === undefined || cell.case.labels.includes(each.label));
      expect(ids(expandMatrix(makeProject(c, k, matrixOf(matrix)), archs))).toEqual(ids(all.filter((cell) => !matrix.exclude.some((each) => matches(each, cell)))));
      const without = ids(expandMatrix(makeProject(c, k, matrixOf({ ...matrix, include: [], exclude: [] })), archs));
      const added = all.filter(({ id }) => !without.includes(id));
      expect(ids(all)).toEqual(expect.arrayContaining([...without]));
      for (const cell of added) expect(matrix.include.some((each) => matches(each, cell))).toBe(true);
    }));
  });
});
