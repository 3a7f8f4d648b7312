// `--changed`: only cells whose files have changed since a commit, with a line for each case that says by which file.
import type { Cell } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import { count } from '../model/format.ts';
import { changedCells, type ChangedCells } from '../run/changed/select.ts';
import type { Workspace } from '../run/workspace.ts';
import { colours } from './colours.ts';

export interface ChangedOptions {
  /** The commit; true where none is named. */
  readonly changed?: string | true;
}

/** What the options leave of the cells, and what to say where that is nothing. */
export interface NarrowedCells {
  readonly cells: readonly Cell[];
  readonly nothing: string;
  readonly base: string;
}

/**
 * Says on standard error what was chosen and why.
 * @throws UsageError where git cannot say what has changed.
 */
export async function onlyChanged({ project }: Workspace, cells: readonly Cell[], changed: string | true): Promise<NarrowedCells> {
  const found = await askGit(project, cells, changed);
  const { dim } = colours(process.stderr);
  const nothing = `nothing that ${cells.length === 1 ? 'this cell is' : 'these cells are'} made of has changed since ${found.since}`;
  if (found.cells.length > 0) process.stderr.write(`${dim(`changed since ${found.since}: ${found.cells.length} of ${count(cells.length, 'cell')}`)}\n${found.lines.map((line) => `${line}\n`).join('')}`);
  return { cells: found.cells, nothing, base: found.base };
}

async function askGit(project: Workspace['project'], cells: readonly Cell[], changed: string | true): Promise<ChangedCells> {
  try {
    return await changedCells(project, cells, changed === true ? undefined : changed, { cwd: process.cwd(), env: process.env });
  } catch (error) {
    // The word behind the option is taken for its value.
    if (!(error instanceof UsageError) || error.code !== 'UNKNOWN_REF' || !project.cases.some(({ name }) => name === changed)) throw error;
    throw new UsageError(error.code, error.message, { hint: `is it the case? Then name it first: kit-test run ${String(changed)} --changed`, cause: error });
  }
}
