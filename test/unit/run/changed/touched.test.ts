import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandMatrix } from '../../../../src/matrix/expand.ts';
import { holds, touchedCells, touchLines, type Touch } from '../../../../src/run/changed/touched.ts';
import type { CellFile } from '../../../../src/run/cell-files.ts';
import type { Cell } from '../../../../src/model/cell.ts';
import { archs, ids, makeCase, makeKernel, makeProject } from '../../matrix/sample.ts';

const cells = expandMatrix(makeProject([makeCase('boot'), makeCase('net')], [makeKernel('5.10'), makeKernel('6.1')], { matrix: { arch: ['x86_64', 'arm'] } }), archs);
const filesOf = (cell: Cell): readonly CellFile[] => [
  { path: cell.case.file, of: 'case' }, { path: `/p/cases/${cell.case.name}/check`, of: 'case' }, { path: `/p/build/${cell.arch.name}`, of: 'case' },
  { path: cell.kernel.file, of: 'kernel' }, { path: '/p/lab.sh', of: 'runner' },
];
const judge = (...touches: readonly Touch[]) => ({ touch: (path: string) => touches.find((each) => holds(path, each.path)) });
const linesOf = (...touches: readonly Touch[]): readonly string[] => touchLines(touchedCells(cells, filesOf, judge(...touches)), (path) => path.slice('/p/'.length));
const changed = (path: string): Touch => ({ path, why: 'changed' });

describe('cells whose files changed', () => {
  it.each<[string, readonly Touch[], readonly string[], readonly string[]]>([
    ['of a case', [changed('/p/cases/boot/check/a.sh')], ids(cells).filter((id) => id.startsWith('boot/')), ['boot: cases/boot/check/a.sh changed']],
    ['of a kernel', [changed('/p/kernels/6.1.yaml')], ids(cells).filter((id) => id.includes('/6.1/')), ['kernel 6.1: kernels/6.1.yaml changed']],
    ['of an architecture', [changed('/p/build/arm/tool')], ids(cells).filter((id) => id.endsWith('/arm')), ['boot: build/arm/tool changed', 'net: build/arm/tool changed']],
    ['of the runner', [changed('/p/lab.sh')], ids(cells), ['runner: lab.sh changed']],
    ['of nothing', [changed('/p/README.md'), changed('/p/cases/boot/check-list'), changed('/p/kernels/6.1.yaml.bak')], [], []],
  ])('are found by a file %s', (_, touches, expected, lines) => {
    expect(ids(touchedCells(cells, filesOf, judge(...touches)).map(({ cell }) => cell))).toEqual(expected);
    expect(linesOf(...touches)).toEqual(lines);
  });

  it('name the architecture where others were chosen by other files', () => {
    expect(linesOf(changed('/p/build/arm/tool'), changed('/p/kernels/6.1.yaml'))).toEqual(['boot on arm: build/arm/tool changed', 'kernel 6.1: kernels/6.1.yaml changed', 'net on arm: build/arm/tool changed']);
  });

  it('count further files, and say of a doubt what it is', () => {
    expect(linesOf(changed('/p/cases/net/case.yaml'), changed('/p/cases/net/check/b'))).toEqual(['net: cases/net/case.yaml and 1 more changed']);
    expect(linesOf({ path: '/p/cases/net/check/x.o', why: 'ignored' })).toEqual(['net: cases/net/check/x.o: git ignores it, so whether it changed is not known']);
    expect(linesOf({ path: '/p/cases/net/check/x.o', why: 'ignored' }, changed('/p/cases/net/case.yaml'))).toEqual(['net: cases/net/case.yaml changed']);
    expect(linesOf({ path: '/p/lab.sh', why: 'outside' })).toEqual(['runner: lab.sh: it lies outside of the repository, so whether it changed is not known']);
  });

  it('do not let the name of a file write to a terminal or a workflow', () => {
    const [line = ''] = linesOf(changed('/p/cases/net/check/a\n::error::\u001b[31mb'));
    expect(line).toMatch(/^net: .* changed$/);
    expect(line).not.toMatch(/[\n\u001b]/);
  });

  it('are never fewer when more files change', () => {
    const path = fc.constantFrom('/p/cases/boot/case.yaml', '/p/cases/net/check/a', '/p/kernels/5.10.yaml', '/p/build/arm/t', '/p/lab.sh', '/p/x');
    fc.assert(fc.property(fc.array(path), fc.array(path), (some, more) => {
      const before = ids(touchedCells(cells, filesOf, judge(...some.map(changed))).map(({ cell }) => cell));
      const after = ids(touchedCells(cells, filesOf, judge(...[...some, ...more].map(changed))).map(({ cell }) => cell));
      expect(after).toEqual(ids(cells).filter((id) => after.includes(id)));
      expect(before.filter((id) => !after.includes(id))).toEqual([]);
    }));
  });
});
