// report.json: the whole report, in the order of its schema.
import { RunReportSchema } from '../../model/report-schema.ts';
import { fileReporter } from '../file-reporter.ts';
import { reportFile } from '../layout.ts';

// Parsing checks what is published against what is promised, and puts the keys into the order of the schema.
export default fileReporter('json', reportFile, () => Promise.resolve((report) => `${JSON.stringify(RunReportSchema.parse(report), null, 2)}\n`));
