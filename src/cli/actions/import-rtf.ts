// The work of `kit-test import rtf`.
import { cp, readdir, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { findConfig } from '../../config/config-file.ts';
import { UsageError } from '../../model/errors.ts';
import { count } from '../../model/format.ts';
import { loadCommandWorkspace } from '../../run/workspace.ts';
import { writeNewFiles } from '../../scaffold/files.ts';
import { importCases, type Import } from '../../scaffold/rtf/cases.ts';
import { readRtfTree } from '../../scaffold/rtf/tree.ts';
import { colours } from '../colours.ts';
import type { ProjectOptions } from '../options.ts';

export interface ImportRtfOptions extends ProjectOptions {
  readonly output?: string;
  readonly copy?: boolean;
  readonly timeout?: number;
}

const defaultTimeoutMs = 600_000;

/** @throws UsageError where there is no tree, no test in it, or no folder of cases. */
export async function importRtf(folder: string, options: ImportRtfOptions): Promise<void> {
  const root = resolve(folder);
  if ((await stat(root).catch(() => undefined))?.isDirectory() !== true) throw new UsageError('NO_RTF_TREE', `there is no folder ${folder}`, { hint: 'name the folder that rtf is called in, or its --casedir' });
  const output = await outputFolder(options);
  const tree = await readRtfTree(root);
  if (tree.tests.length === 0) throw new UsageError('NO_RTF_TESTS', `no folder in ${folder} has a test.sh`, { hint: 'name the folder of the tests, such as test/cases' });
  const copied = options.copy === true;
  // As seen from the folder of any case.
  const imported = importCases(tree, { root: relative(join(output, 'case'), root).split(sep).join('/'), copied, timeout: seconds(options.timeout ?? defaultTimeoutMs) });
  const { written, kept } = await writeNewFiles(output, imported.files);
  const shown = (path: string): string => relative(process.cwd(), path) || '.';
  for (const { name, folder: from } of copied ? imported.cases : []) if (written.includes(`${name}/case.yaml`)) await copyTest(join(root, from), join(output, name));
  const lines = [
    ...written.map((path) => `wrote ${shown(join(output, path))}`),
    ...kept.map((path) => `kept  ${shown(join(output, path))}, which was there`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  process.stdout.write(notesOf(imported, (path) => shown(join(root, path))));
  process.stdout.write(`${count(written.length, 'case')} written${kept.length === 0 ? '' : `, ${kept.length} kept`}; run them: kit-test run --kernel host\n`);
}

/** The project's folder of cases, unless another one is named. */
async function outputFolder({ output, config }: ImportRtfOptions): Promise<string> {
  if (output !== undefined) return resolve(output);
  if ((await findConfig(process.cwd(), config)) === undefined) throw new UsageError('CONFIG_NOT_FOUND', 'there is no harness.config.ts here or in a folder above', { hint: 'make a project with "kit-test init", go to yours, or name a folder with --output' });
  const { project } = await loadCommandWorkspace({ cwd: process.cwd(), config });
  return resolve(project.root, project.harness.cases);
}

const seconds = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000}m` : ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`);

/** What lies beside the script; not other tests below it. Never over something that is there. */
async function copyTest(from: string, to: string): Promise<void> {
  await cp(from, to, {
    recursive: true,
    force: false,
    filter: async (path) => path === from || !(await stat(path)).isDirectory() || !(await readdir(path)).some((name) => name === 'test.sh' || name === 'group.sh'),
  });
}

function notesOf({ problems, onlyAsked, cases }: Import, shown: (path: string) => string): string {
  const { yellow, dim } = colours(process.stdout);
  const lines = problems.map(({ path, line, message }) => `${shown(path)}${line === undefined ? '' : `:${line}`}: ${message}`);
  const labels = [...onlyAsked].map(([label, number]) => `${label} (${number})`).join(', ');
  return [
    ...(lines.length === 0 ? [] : [yellow('not carried over:'), ...lines.map((line) => `  ${line}`)]),
    ...(labels === '' ? [] : [dim(`rtf runs tests with labels only where one is asked for, kit-test all ${cases.length} unless --label '!NAME' leaves some out: ${labels}`)]),
  ].map((line) => `${line}\n`).join('');
}
