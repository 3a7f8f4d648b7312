// The selected cells as the project's files say at this moment, with the files they are made of.
import { basename, resolve } from 'node:path';
import type { Cell } from '../../model/cell.ts';
import { shownPath } from '../../config/text.ts';
import { filesOfAll, openFilesOf, type FilesOf } from '../../run/changed/select.ts';
import { amongChanged, holds, touchedCells, touchLines, touchText } from '../../run/changed/touched.ts';
import { loadWorkspace, projectCache, type Workspace } from '../../run/workspace.ts';
import { checkCached } from '../cached.ts';
import type { SelectionOptions } from '../options.ts';
import { cellsToRun } from '../requested.ts';
import type { RunCommandOptions } from '../actions/run.ts';

export interface Watched {
  readonly workspace: Workspace;
  readonly cells: readonly Cell[];
  readonly filesOf: FilesOf;
  /** Files that all cells are made of. */
  readonly ofAll: readonly string[];
}

/** @throws UsageError, or ConfigError with every mistake in the project's files. */
export async function readWatched(selection: SelectionOptions, options: RunCommandOptions): Promise<Watched> {
  const workspace = await loadWorkspace({ cwd: process.cwd(), config: options.config, requireConfig: true });
  checkCached(options, workspace);
  const { cells } = await cellsToRun(workspace, selection, options);
  return { workspace, cells, filesOf: await openFilesOf(workspace.project, cells), ofAll: await filesOfAll(workspace.project) };
}

/** Where to look for changes: what the cells are made of, and where more of them may appear. */
export function pathsOf({ workspace: { project }, cells, filesOf, ofAll }: Watched): ReadonlySet<string> {
  const growing = [project.harness.cases, project.harness.kernels].map((folder) => resolve(project.root, folder));
  return new Set([...ofAll, ...growing, ...cells.flatMap((cell) => filesOf(cell).map(({ path }) => path))]);
}

/** What runs write themselves, and what git keeps to itself. */
export function isWrittenByRuns({ workspace: { project } }: Watched): (path: string) => boolean {
  const own = [resolve(project.root, project.harness.output), projectCache(project)];
  return (path) => basename(path) === '.git' || own.some((folder) => holds(folder, path));
}

/** The cells that these files belong to, by their ids, and a line for each case that says so. */
export function affectedBy({ cells, filesOf, ofAll }: Watched, changed: readonly string[]): { readonly ids: ReadonlySet<string>; readonly lines: readonly string[] } {
  const judge = amongChanged(changed);
  const shown = (path: string): string => shownPath(path, process.cwd());
  const global = ofAll.flatMap((path) => judge.touch(path) ?? []);
  if (global.length > 0) return { ids: new Set(cells.map(({ id }) => id)), lines: [`everything: ${touchText(global, shown)}`] };
  const touched = touchedCells(cells, filesOf, judge);
  return { ids: new Set(touched.map(({ cell }) => cell.id)), lines: touchLines(touched, shown) };
}
