// The work of `kit-test new case`.
import { join, relative, resolve } from 'node:path';
import { findConfig } from '../../config/config-file.ts';
import { nameIssue } from '../../config/files.ts';
import { UsageError } from '../../model/errors.ts';
import { loadCommandWorkspace } from '../../run/workspace.ts';
import { type CaseTemplateName, newCase } from '../../scaffold/case.ts';
import { writeNewFiles } from '../../scaffold/files.ts';
import { exists } from '../../sys/fs.ts';
import type { ProjectOptions } from '../options.ts';

export interface NewCaseOptions extends ProjectOptions {
  readonly template: CaseTemplateName;
  readonly summary?: string;
}

/** @throws UsageError where the name is no name for a case, or the case is there. */
export async function makeCase(name: string, options: NewCaseOptions): Promise<void> {
  if ((await findConfig(process.cwd(), options.config)) === undefined) throw new UsageError('CONFIG_NOT_FOUND', 'there is no harness.config.ts here or in a folder above', { hint: 'make a project with "kit-test init", or go to yours' });
  const { project } = await loadCommandWorkspace({ cwd: process.cwd(), config: options.config });
  const issue = nameIssue('case', name, join(project.harness.cases, name));
  if (issue !== undefined) throw new UsageError('BAD_CASE_NAME', issue.message, { hint: issue.hint ?? 'lower-case letters, digits, ".", "_" and "-", beginning with a letter or a digit' });
  const folder = resolve(project.root, project.harness.cases);
  if (await exists(join(folder, name))) throw new UsageError('CASE_EXISTS', `${relative(process.cwd(), join(folder, name))} is there already`, { hint: 'take another name, or change the case that is there' });
  const { written } = await writeNewFiles(folder, newCase(name, options.template, options.summary));
  process.stdout.write(`${written.map((path) => `wrote ${relative(process.cwd(), join(folder, path))}\n`).join('')}try it: kit-test run ${name}\n`);
}
