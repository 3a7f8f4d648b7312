// The work of `kit-test report open | serve | render`.
import { stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { HarnessError } from '../../model/errors.ts';
import type { GithubSettings } from '../../model/github.ts';
import { createReporters, loadReporter } from '../../report/create.ts';
import { pageFile } from '../../report/layout.ts';
import { findRun, readRun, runsPlace } from '../../report/stored-run.ts';
import { watchInterrupt } from '../../run/interrupt.ts';
import { loadCommandWorkspace } from '../../run/workspace.ts';
import { runProgram } from '../../sys/process.ts';
import { findProgram } from '../../sys/programs.ts';
import { serveFolder } from '../../sys/serve.ts';
import { colours } from '../colours.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ProjectOptions } from '../options.ts';

export interface ServeOptions extends ProjectOptions {
  readonly port?: number;
}

export interface RenderOptions extends ProjectOptions {
  readonly reporter?: readonly string[];
}

/** Folder of a run, by any of its names. */
export async function runFolder(name: string, options: ProjectOptions): Promise<string> {
  return (await storedRun(name, options)).folder;
}

interface StoredRun {
  readonly folder: string;
  /** Folder of the project. */
  readonly root: string;
  readonly github: GithubSettings;
}

async function storedRun(name: string, options: ProjectOptions): Promise<StoredRun> {
  const cwd = process.cwd();
  const { project } = await loadCommandWorkspace({ cwd, config: options.config });
  const { github } = project.harness;
  return { folder: await findRun(name, runsPlace(project, cwd)), root: project.root, github };
}

export async function openPage(run: string, options: ProjectOptions): Promise<void> {
  const page = await ensurePage(await storedRun(run, options));
  process.stdout.write(`${relative(process.cwd(), page)}\n`);
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  if (findProgram(opener) === undefined) throw new HarnessError('NO_BROWSER', `there is no ${opener} on this machine`, { hint: 'open that file in a browser, or use "kit-test report serve"' });
  await runProgram(opener, [page]);
}

/** Returns the exit code. */
export async function servePage(run: string, options: ServeOptions): Promise<number> {
  const stored = await storedRun(run, options);
  await ensurePage(stored);
  using interrupt = watchInterrupt(() => process.exit(exitCodes.interrupted));
  await using server = await serveFolder(stored.folder, options.port ?? 0);
  process.stdout.write(`http://127.0.0.1:${server.port}/\n`);
  await new Promise((resolveEnd) => interrupt.signal.addEventListener('abort', resolveEnd, { once: true }));
  return exitCodes.ok;
}

export async function renderReports(runs: readonly string[], options: RenderOptions): Promise<void> {
  const names = options.reporter ?? ['junit', 'tap', 'json', 'html'];
  // A mistyped name is found before anything is written.
  await Promise.all(names.map(loadReporter));
  for (const run of runs) {
    const stored = await storedRun(run, options);
    await render(stored, names);
    process.stdout.write(`${relative(process.cwd(), stored.folder) || '.'}\n`);
  }
}

async function render({ folder, root, github }: StoredRun, names: readonly string[]): Promise<void> {
  const { yellow } = colours(process.stderr);
  const warn = (message: string): void => void process.stderr.write(`${yellow('warning')} ${message}\n`);
  const report = await readRun(folder);
  const reporters = await createReporters(names, { folder, root, cwd: process.cwd(), stdout: process.stdout, env: process.env, github, warn });
  for (const reporter of reporters) await reporter.onEnd?.(report);
}

/** A run that was killed, or had no reporter for it, gets its page now. */
async function ensurePage(run: StoredRun): Promise<string> {
  const page = join(run.folder, pageFile);
  if (!(await stat(page).then(() => true, () => false))) await render(run, ['html']);
  return page;
}
