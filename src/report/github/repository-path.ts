// Where a project lies in its repository: GitHub names files from there.
import { dirname, join, relative, sep } from 'node:path';
import { exists } from '../../sys/fs.ts';

/** `` or `tests/kernel/`: from the repository's folder to the project's, ending with a slash. `workspace` stands in where no `.git` is found. */
export async function repositoryPath(project: string, workspace: string | undefined): Promise<string> {
  const top = (await repositoryOf(project)) ?? workspace ?? project;
  const path = relative(top, project).split(sep).join('/');
  return path === '' || path.startsWith('..') ? '' : `${path}/`;
}

async function repositoryOf(folder: string): Promise<string | undefined> {
  if (await exists(join(folder, '.git'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : repositoryOf(parent);
}
