// index.html: the page of a run. Consoles are made loadable while the run goes on, so that nobody waits for it at the end.
import { join } from 'node:path';
import type { Reporter } from '../../model/events.ts';
import type { Attempt } from '../../model/report.ts';
import { writeFileAtomic } from '../../sys/fs.ts';
import { pageFile } from '../layout.ts';
import { comparePrevious } from '../page/previous.ts';
import { needsConsoleScript, writeConsoleScript } from '../page/console-script.ts';
import { loadPageAssets } from '../page/assets.ts';
import { renderPage } from '../page/document.ts';
import type { ReporterContext, ReporterModule } from '../reporter.ts';

export default { name: 'html', create: createPage } satisfies ReporterModule;

function createPage({ folder }: ReporterContext): Reporter {
  let written: Promise<unknown> = Promise.resolve();
  let isInRounds = false;
  const scripts = new Set<string>();
  const prepare = ({ console, times }: Attempt): void => {
    if (console === undefined || scripts.has(console)) return;
    scripts.add(console);
    // A report that is rendered once more finds the scripts that the run has left.
    if (!needsConsoleScript(folder, console)) return;
    written = written.then(() => writeConsoleScript(folder, console, times)).catch(() => undefined);
  };
  return {
    name: 'html',
    onEvent(event) {
      if (event.kind === 'run-start') isInRounds = event.rounds !== undefined;
      // Of many rounds most consoles do not stay: those that do are known at the end.
      if (event.kind === 'attempt-end' && !isInRounds) prepare(event.attempt);
    },
    async onEnd(report) {
      for (const { attempts } of report.cells) attempts.forEach(prepare);
      const comparison = await comparePrevious(folder, report);
      const page = renderPage({ report, ...(comparison === undefined ? {} : { comparison }) }, await loadPageAssets());
      await written;
      await writeFileAtomic(join(folder, pageFile), page);
    },
  };
}
