import { describe, expect, it } from 'vitest';
import type { Cell } from '../../../src/model/cell.ts';
import { ProjectKnownSchema } from '../../../src/model/known.ts';
import { cellsOf } from '../../../src/matrix/expand.ts';
import { knownFailures } from '../../../src/matrix/known.ts';
import { archs, makeCase, makeKernel } from './sample.ts';

const cell = (more: object = {}, kernel = makeKernel('stable', '6.12'), arch = archs[1]): Cell => {
  const [first] = arch === undefined ? [] : cellsOf(makeCase('boot', more), kernel, arch);
  if (first === undefined) throw new Error('there is a cell');
  return first;
};

describe('a known failure', () => {
  it.each<[string, object, boolean]>([
    ['all', {}, true],
    ['a kernel by its name', { kernel: 'stable' }, true],
    ['kernels by a glob', { kernel: ['old-*', 'sta*'] }, true],
    ['another kernel', { kernel: 'old' }, false],
    ['a range of versions', { kernel: '>=6.9 <7' }, true],
    ['ranges', { kernel: '<6.1 || >=6.12' }, true],
    ['a range that is over', { kernel: '<6.12' }, false],
    ['an architecture by another of its names', { arch: 'arm64' }, true],
    ['several architectures', { arch: ['arm', 'aarch*'] }, true],
    ['another architecture', { arch: 'x86_64' }, false],
    ['a medium', { medium: 'kernel+*' }, true],
    ['another medium', { medium: 'iso-efi' }, false],
    ['parts of which one does not fit', { kernel: 'stable', arch: 'arm' }, false],
  ])('holds for %s', (_, where, holds) => {
    expect(knownFailures(cell({ known: [{ reason: 'x', ...where }] }), []).length === 1).toBe(holds);
  });

  it('of the project comes after those of the case, where its case fits', () => {
    const ofProject = [{ case: 'bo*', reason: 'second' }, { case: ['net', 'web'], reason: 'other' }, { reason: 'third' }].map((entry) => ProjectKnownSchema.parse(entry));
    expect(knownFailures(cell({ known: [{ reason: 'first' }] }), ofProject).map(({ reason }) => reason)).toEqual(['first', 'second', 'third']);
  });
});
