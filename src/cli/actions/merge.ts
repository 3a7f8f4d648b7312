// The work of `kit-test report merge`.
import { relative } from 'node:path';
import { count } from '../../model/format.ts';
import { mergeRuns } from '../../run/merge.ts';
import { loadCommandWorkspace } from '../../run/workspace.ts';
import { colours } from '../colours.ts';
import type { ProjectOptions } from '../options.ts';
import { tellTroubles } from '../troubles.ts';

export interface MergeCommandOptions extends ProjectOptions {
  readonly output?: string;
  readonly reporter?: readonly string[];
  readonly githubStatus?: boolean;
}

/** Returns the exit code. */
export async function mergeCommand(runs: readonly string[], options: MergeCommandOptions): Promise<number> {
  const cwd = process.cwd();
  const { project } = await loadCommandWorkspace({ cwd, config: options.config });
  const { dim, yellow } = colours(process.stderr);
  const outcome = await mergeRuns(project, {
    runs,
    output: options.output,
    reporters: options.reporter,
    addReporters: options.githubStatus === true ? ['github-status'] : [],
    command: ['kit-test', ...process.argv.slice(2)],
    cwd,
    stdout: process.stdout,
    env: process.env,
    onPart: (name, shard, shards, cells) => process.stderr.write(`${dim('part')} shard ${shard} of ${shards}: ${count(cells, 'cell')} of ${relative(cwd, name) || '.'}\n`),
  });
  for (const notice of outcome.report.notices) process.stderr.write(`${yellow('note')} ${notice}\n`);
  tellTroubles(outcome);
  return outcome.exitCode;
}
