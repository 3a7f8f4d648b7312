import { describe, expect, it } from 'vitest';
import type { PageData } from '../../../../src/model/page.ts';
import type { CellResult } from '../../../../src/model/report.ts';
import { laySlots } from '../../../../src/page/slots.ts';
import { outlineOf, pageLines } from '../../../../src/report/page/lines.ts';
import { profileOf } from '../../../../src/report/profile.ts';
import { failureGroups } from '../../../../src/report/summarize.ts';
import { sampleCells, sampleReport } from '../sample.ts';

describe('the lines of a page', () => {
  const lines = pageLines({ report: sampleReport }).split('\n').map((line) => JSON.parse(line) as unknown);

  it('hold the run with its cells in outline, then each cell whole', () => {
    const [run, ...cells] = lines as [PageData, ...CellResult[]];
    expect(run.report).toEqual({ ...sampleReport, cells: sampleCells.map(outlineOf) });
    expect(cells).toEqual(sampleReport.cells);
  });

  it('tell of a cell in outline what the page shows before it is opened', () => {
    const outline = { ...sampleReport, cells: sampleReport.cells.map(outlineOf) };
    expect(laySlots(outline)).toEqual(laySlots(sampleReport));
    expect(profileOf(outline)).toEqual(profileOf(sampleReport));
    expect(failureGroups(outline.cells).map(({ kind, reason, cells }) => [kind, reason, cells.map(({ id }) => id)])).toEqual(failureGroups(sampleReport.cells).map(({ kind, reason, cells }) => [kind, reason, cells.map(({ id }) => id)]));
  });

  it('say nothing in outline of what a guest has printed', () => {
    expect(outlineOf(sampleReport.cells.find(({ attempts: [{ excerpt }] }) => excerpt.length > 0) as CellResult).attempts[0]).toMatchObject({ results: [], excerpt: [] });
  });
});
