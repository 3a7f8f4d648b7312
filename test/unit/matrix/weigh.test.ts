import { describe, expect, it } from 'vitest';
import { expandMatrix } from '../../../src/matrix/expand.ts';
import { weighCells } from '../../../src/matrix/weigh.ts';
import { archs, makeCase, makeKernel, makeProject } from './sample.ts';

const cells = expandMatrix(makeProject([makeCase('boot'), makeCase('net'), makeCase('new', { needs: { kernel: '>=6.6' } })], [makeKernel('6.1'), makeKernel('6.12')], { matrix: { arch: ['x86_64', 'arm'] } }), archs);
const weigh = (timings: Readonly<Record<string, number>>, limitMs = 120_000) => Object.fromEntries(weighCells(cells, new Map(Object.entries(timings)), () => limitMs).map(({ cell, weightMs }) => [cell.id, weightMs]));

describe('weighCells', () => {
  it('takes what was measured', () => {
    expect(weigh({ 'boot/6.1/arm': 4321.4 })['boot/6.1/arm']).toBe(4321);
  });

  it.each([
    ['its case on its architecture', { 'net/6.1/arm': 7000, 'net/6.1/x86_64': 2000, 'boot/6.12/arm': 1000 }, 7000],
    ['its case', { 'net/6.1/x86_64': 2000, 'net/6.12/x86_64': 4000, 'boot/6.12/arm': 1000 }, 3000],
    ['its architecture', { 'boot/6.1/arm': 1000, 'boot/6.12/arm': 9000, 'new/6.12/arm': 2000, 'boot/6.1/x86_64': 77 }, 2000],
    ['all', { 'boot/6.1/x86_64': 77 }, 77],
  ])('weighs a cell that was not measured by the median of %s', (_, timings, expected) => {
    expect(weigh(timings)['net/6.12/arm']).toBe(expected);
  });

  it('weighs by emulation and time limit where nothing was measured', () => {
    expect(weigh({})['boot/6.1/arm']).toBe(4000);
    expect(weigh({}, 600_000)['boot/6.1/arm']).toBe(20_000);
    expect(weigh({ 'gone/6.1/arm': 1 })['boot/6.1/arm']).toBe(4000);
  });

  it('gives no weight to a cell that will be skipped, and some to any other', () => {
    expect(weigh({ 'new/6.1/arm': 5000, 'new/6.12/arm': 0 })).toMatchObject({ 'new/6.1/arm': 0, 'new/6.12/arm': 1 });
  });

  it('groups by kernel and architecture', () => {
    expect(new Set(weighCells(cells, new Map(), () => 1).map(({ group }) => group))).toEqual(new Set(['6.1/x86_64', '6.1/arm', '6.12/x86_64', '6.12/arm']));
  });
});
