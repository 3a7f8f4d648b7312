import { describe, expect, it } from 'vitest';
import { cellsInPart } from '../../../../src/model/page.ts';
import type { CellResult } from '../../../../src/model/report.ts';
import { laySlots } from '../../../../src/page/slots.ts';
import { outlineOf, outlineOfRun, partsOfCells } from '../../../../src/report/page/parts.ts';
import { profileOf } from '../../../../src/report/profile.ts';
import { failureGroups } from '../../../../src/report/summarize.ts';
import { attempt, cellResult, sampleReport } from '../sample.ts';

describe('the parts of a page', () => {
  it('hold each cell once, in order, in the part that its place tells', () => {
    const cells = Array.from({ length: 2 * cellsInPart + 1 }, (_, index) => cellResult(`case-${index}/6.1/arm`, attempt({ kind: 'pass' })));
    const parts = partsOfCells(cells);
    expect(cells.map((_, index) => parts[Math.floor(index / cellsInPart)]?.[index % cellsInPart])).toEqual(cells);
    expect(parts.map(({ length }) => length)).toEqual([cellsInPart, cellsInPart, 1]);
    expect(partsOfCells([])).toEqual([]);
  });

  it('tell of a cell in outline what the page shows before it is opened', () => {
    const { report: outline } = outlineOfRun({ report: sampleReport });
    expect(laySlots(outline)).toEqual(laySlots(sampleReport));
    expect(profileOf(outline)).toEqual(profileOf(sampleReport));
    expect(failureGroups(outline.cells).map(({ kind, reason, cells }) => [kind, reason, cells.map(({ id }) => id)])).toEqual(failureGroups(sampleReport.cells).map(({ kind, reason, cells }) => [kind, reason, cells.map(({ id }) => id)]));
  });

  it('say nothing in outline of what a guest has printed', () => {
    expect(outlineOf(sampleReport.cells.find(({ attempts: [{ excerpt }] }) => excerpt.length > 0) as CellResult).attempts[0]).toMatchObject({ results: [], excerpt: [] });
  });
});
