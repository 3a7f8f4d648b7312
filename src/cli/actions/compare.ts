// The work of `kit-test compare`.
import { join, relative } from 'node:path';
import { compareRuns } from '../../report/compare.ts';
import { renderComparison } from '../../report/comparison-text.ts';
import { pageFile } from '../../report/layout.ts';
import { loadPageAssets } from '../../report/page/assets.ts';
import { renderPage } from '../../report/page/document.ts';
import { readRun } from '../../report/stored-run.ts';
import { detectCapabilities } from '../../report/terminal/detect.ts';
import { writeFileAtomic } from '../../sys/fs.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ProjectOptions } from '../options.ts';
import { runFolder } from './report.ts';

export interface CompareOptions extends ProjectOptions {
  readonly json?: boolean;
  readonly page?: boolean;
}

/** Returns the exit code. */
export async function compareCommand(before: string, after: string, options: CompareOptions): Promise<number> {
  const [earlier, later] = [await runFolder(before, options), await runFolder(after, options)];
  const report = await readRun(later);
  const comparison = compareRuns(await readRun(earlier), report);
  if (options.json === true) process.stdout.write(`${JSON.stringify(comparison, null, 2)}\n`);
  else process.stdout.write(renderComparison(comparison, detectCapabilities(process.env, process.stdout.isTTY)));
  if (options.page === true) {
    const page = join(later, pageFile);
    await writeFileAtomic(page, renderPage({ report, comparison }, await loadPageAssets()));
    process.stderr.write(`${relative(process.cwd(), page)}\n`);
  }
  return comparison.broken.length > 0 ? exitCodes.failed : exitCodes.ok;
}
