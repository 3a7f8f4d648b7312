// A reporter that is one file: a pure rendering of the report, written whole when the run has ended.
import { join } from 'node:path';
import type { RunReport } from '../model/report.ts';
import { writeFileAtomic } from '../sys/fs.ts';
import type { ReporterModule } from './reporter.ts';

/** `load` gives the pure render function; what it needs is loaded when there is a report to render. */
export function fileReporter(name: string, file: string, load: () => Promise<(report: RunReport) => string>): Required<ReporterModule> {
  const render = async (report: RunReport): Promise<string> => (await load())(report);
  return {
    name,
    file,
    render,
    create: ({ folder }) => ({
      name,
      async onEnd(report) {
        await writeFileAtomic(join(folder, file), await render(report));
      },
    }),
  };
}
