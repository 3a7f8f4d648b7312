// The JSON Schema of report.json, for who reads it with other tools: `kit-test schema report`.
import * as z from 'zod';
import { RunReportSchema } from '../model/report-schema.ts';

export function reportJsonSchema(): object {
  return z.toJSONSchema(RunReportSchema, { io: 'output' });
}
