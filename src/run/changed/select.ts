// The cells whose files have changed since a commit, and by which files they were chosen.
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Cell } from '../../model/cell.ts';
import type { Project } from '../../model/project.ts';
import { importedFiles } from '../../config/imports.ts';
import { shownPath } from '../../config/text.ts';
import { filesOfCell, type CellFile, type WrittenImage } from '../cell-files.ts';
import { readWrittenImage } from '../image-yaml.ts';
import { changesSince } from './git.ts';
import { judgeByGit } from './judge.ts';
import { touchedCells, touchLines, touchText } from './touched.ts';

export interface ChangedCells {
  readonly cells: readonly Cell[];
  /** The commit that files were compared with. */
  readonly base: string;
  /** It for people: `1a2b3c4d5e, where HEAD left origin/main`. */
  readonly since: string;
  /** What was chosen by which file, a line each. */
  readonly lines: readonly string[];
}

/** Files of cells, read once for each case. */
export type FilesOf = (cell: Cell) => readonly CellFile[];

/** Reads the images of the cells' cases, which name files too. */
export async function openFilesOf({ root, harness }: Project, cells: readonly Cell[]): Promise<FilesOf> {
  const images = new Map<string, WrittenImage | undefined>();
  for (const { case: testCase } of cells) if (!images.has(testCase.name)) images.set(testCase.name, await readWrittenImage(testCase));
  const place = { root, harness, home: homedir() };
  return (cell) => filesOfCell(cell, images.get(cell.case.name), place);
}

export const lockFileOf = ({ root }: Pick<Project, 'root'>): string => join(root, 'kit-test.lock');

/** Files that all cells are made of: the configuration with what it imports, and the lock file. */
export async function filesOfAll({ root, configFile }: Project): Promise<readonly string[]> {
  return [...(configFile === undefined ? [] : [configFile, ...(await importedFiles(configFile))]), lockFileOf({ root })];
}

/**
 * Those of `cells` that have such a file, in their order; all of them where a file changed that all are made of.
 * @throws UsageError as `changesSince` does.
 */
export async function changedCells(project: Project, cells: readonly Cell[], ref: string | undefined, { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> }): Promise<ChangedCells> {
  const changes = await changesSince(project.root, ref, env);
  const filesOf = await openFilesOf(project, cells);
  const ofAll = await filesOfAll(project);
  const judge = await judgeByGit([...ofAll, ...cells.flatMap((cell) => filesOf(cell).map(({ path }) => path))], changes);
  const shown = (path: string): string => shownPath(path, cwd);
  const since = `${changes.base.slice(0, 10)}, ${changes.from}`;
  const global = ofAll.flatMap((path) => judge.touch(path) ?? []);
  if (global.length > 0) return { cells, base: changes.base, since, lines: [`everything: ${touchText(global, shown)}`] };
  const touched = touchedCells(cells, filesOf, judge);
  return { cells: touched.map(({ cell }) => cell), base: changes.base, since, lines: touchLines(touched, shown) };
}
