// `kit-test report merge`: the runs of shards become one run in a folder of its own, with all its reports.
import { resolve } from 'node:path';
import type { Project } from '../model/project.ts';
import { chosenReporters } from '../report/choose.ts';
import { createReporters, loadReporter } from '../report/create.ts';
import { exitCode } from '../report/exit-code.ts';
import { createFanout } from '../report/fanout.ts';
import { collectParts, mergeParts } from '../report/merge.ts';
import { partFolders, refuseOutputIn, takeCells } from '../report/part-folders.ts';
import type { Output } from '../report/reporter.ts';
import { createRunFolder, readRunEvents } from '../report/run-folder.ts';
import { runsPlace } from '../report/stored-run.ts';
import { version } from '../version.ts';
import type { RunOutcome } from './run-project.ts';

export interface MergeOptions {
  /** Runs by any of their names, and folders of runs. */
  readonly runs: readonly string[];
  readonly output?: string | undefined;
  readonly reporters?: readonly string[] | undefined;
  /** Reporters beside those, or beside the project's. */
  readonly addReporters?: readonly string[] | undefined;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly stdout: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told before the files of a part are taken over, which may take a while. */
  readonly onPart: (name: string, shard: number, count: number, cells: number) => void;
}

/**
 * Puts parts together. A shard that is missing fails the run that is made, with an error for each of its cells.
 * @throws UsageError where the parts are not of one run.
 */
export async function mergeRuns(project: Project, options: MergeOptions): Promise<RunOutcome> {
  const { root, harness } = project;
  const { cwd, stdout, env, output } = options;
  const names = chosenReporters(harness, options);
  await Promise.all(names.map(loadReporter));
  const place = runsPlace(project, cwd);
  const folders = [...new Set((await Promise.all(options.runs.map((name) => partFolders(name, place)))).flat())];
  const collected = collectParts(await Promise.all(folders.map(async (name) => ({ name, events: (await readRunEvents(name)).events }))));
  if (output !== undefined) await refuseOutputIn(folders, resolve(cwd, output));
  const folder = await createRunFolder({ root: resolve(root, harness.output), output });
  for (const { name, start: { shard }, report } of collected.parts) {
    options.onPart(name, shard.index, shard.count, report.cells.length);
    await takeCells(name, report.cells.map(({ id }) => id), folder.path);
  }
  const { events, report } = mergeParts(collected, { id: folder.id, folder: folder.path, tool: { name: 'kit-test', version }, command: options.command });
  const recorder = createFanout([folder.recorder]);
  for (const event of events) recorder.emit(event);
  const warnings: string[] = [];
  const reporters = createFanout(await createReporters(names, { folder: folder.path, root, cwd, stdout, env, github: harness.github, warn: (message) => void warnings.push(message) }));
  const brokenReporters = [...(await recorder.finish(report)), ...(await reporters.finish(report))];
  return { report, folder: folder.path, brokenReporters, warnings, exitCode: exitCode({ ...report, brokenReporters: brokenReporters.length }) };
}
