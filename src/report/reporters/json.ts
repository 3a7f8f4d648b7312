// report.json: the whole report, in the order of its schema.
import { fileReporter } from '../file-reporter.ts';
import { reportFile } from '../layout.ts';

export default fileReporter('json', reportFile, async () => {
  const { RunReportSchema } = await import('../../model/report-schema.ts');
  // Parsing checks what is published against what is promised, and puts the keys into the order of the schema.
  return (report) => `${JSON.stringify(RunReportSchema.parse(report), null, 2)}\n`;
});
