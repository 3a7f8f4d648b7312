import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RunReportSchema } from '../../../src/model/report-schema.ts';
import type { RunReport } from '../../../src/model/report.ts';
import { reportJsonSchema } from '../../../src/report/json-schema.ts';
import { sampleReport } from './sample.ts';

type Plain<T> = T extends object ? { -readonly [K in keyof T]: Plain<T[K]> } : T;
/** Every field demanded: assignability alone would not see an optional field that one side lacks. */
type Full<T> = T extends object ? { -readonly [K in keyof T]-?: Full<Exclude<T[K], undefined>> } : T;
type Parsed = z.output<typeof RunReportSchema>;

/** None of these compiles when the schema and the type disagree. */
const proofs = [
  (report: Plain<RunReport>): Plain<Parsed> => report,
  (report: Plain<Parsed>): Plain<RunReport> => report,
  (report: Full<RunReport>): Full<Parsed> => report,
  (report: Full<Parsed>): Full<RunReport> => report,
];

describe('the schema of report.json', () => {
  it('is the type RunReport', () => {
    expect(proofs).toHaveLength(4);
  });

  it('takes a report with every verdict and loses nothing of it', () => {
    expect(RunReportSchema.parse(sampleReport)).toEqual(sampleReport);
  });

  it('takes the report of a version that ran every cell', () => {
    const { cached, ...totals } = sampleReport.totals;
    expect(cached).toBeGreaterThan(0);
    expect(RunReportSchema.parse({ ...sampleReport, totals }).totals).toEqual({ ...totals, cached: 0 });
  });

  it.each([
    ['another version', { schema: 2 }],
    ['a cell without an attempt', { cells: [{ ...sampleReport.cells[0], attempts: [] }] }],
    ['a verdict of another name', { cells: [{ ...sampleReport.cells[0], verdict: { kind: 'ok' } }] }],
    ['a duration that is no number', { durationMs: NaN }],
  ])('refuses %s', (_, change) => {
    expect(RunReportSchema.safeParse({ ...sampleReport, ...change }).success).toBe(false);
  });

  it('is published as JSON Schema with nested results', () => {
    const text = JSON.stringify(reportJsonSchema());
    expect(JSON.parse(text)).toMatchObject({ type: 'object', properties: { schema: { const: 1 } } });
    expect(text).toContain('"children"');
  });
});
