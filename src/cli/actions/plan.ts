// The work of `kit-test plan`: the matrix divided into shards, told to people and to CI systems.
import { arch as hostArch } from 'node:os';
import { resolve } from 'node:path';
import { quoteWord } from '../../model/shell.ts';
import { requestedCells } from '../../run/select.ts';
import { planShards } from '../../run/shard.ts';
import { loadWorkspace } from '../../run/workspace.ts';
import { writeFileAtomic } from '../../sys/fs.ts';
import { onlyChanged, type ChangedOptions } from '../changed.ts';
import { colours } from '../colours.ts';
import type { ProjectOptions, SelectionOptions } from '../options.ts';
import { planDocument, type PlanDocument } from '../plan/document.ts';
import { renderWorkflowMatrix } from '../plan/github.ts';
import { renderPlan } from '../plan/text.ts';
import { timingsFor } from '../requested.ts';

export type PlanFormat = 'text' | 'json' | 'github';

export interface PlanCommandOptions extends SelectionOptions, ProjectOptions, ChangedOptions {
  readonly shards: number | 'auto';
  readonly target: number;
  readonly maxShards: number;
  readonly jobs: number;
  readonly format: PlanFormat;
  readonly timings?: string;
  readonly output?: string;
}

export async function printShards(selection: SelectionOptions, options: PlanCommandOptions): Promise<void> {
  const workspace = await loadWorkspace({ cwd: process.cwd(), config: options.config, requireConfig: true });
  const { project, archs } = workspace;
  const matrix = await requestedCells(project, archs, { matrix: true, selection, hostArch: hostArch() });
  const changed = options.changed === undefined ? undefined : await onlyChanged(workspace, matrix, options.changed);
  const cells = changed?.cells ?? matrix;
  if (changed?.cells.length === 0 && options.format === 'text') process.stdout.write(`${changed.nothing}\n`);
  const wanted = options.shards === 'auto' ? { targetMs: options.target, jobs: options.jobs, max: options.maxShards } : options.shards;
  const plan = planShards(cells, project.harness, await timingsFor(project, options.timings), wanted);
  if (typeof wanted === 'number' && plan.count < wanted && cells.length > 0) {
    process.stderr.write(`${colours(process.stderr).yellow('note')} ${plan.count} shards instead of ${wanted}: more of them would be empty\n`);
  }
  const document = planDocument(plan, { jobs: options.jobs, timings: options.timings, command: runCommand(selection, options, changed?.base) });
  const text = render(document, options.format);
  if (options.output !== undefined) await writeFileAtomic(resolve(options.output), renderJson(document));
  if (cells.length > 0 || options.format !== 'text') process.stdout.write(text);
}

function render(document: PlanDocument, format: PlanFormat): string {
  switch (format) {
    case 'text': return renderPlan(document, colours(process.stdout));
    case 'json': return renderJson(document);
    case 'github': return renderWorkflowMatrix(document);
  }
}

const renderJson = ({ shards, ...document }: PlanDocument): string =>
  `${JSON.stringify({ ...document, shards: shards.map((shard) => ({ ...shard, command: shard.command.map(quoteWord).join(' ') })) }, null, 2)}\n`;

/** A file that was written here is at hand for every shard; the name of a run may mean nothing elsewhere, nor may that of a branch. */
function runCommand(selection: SelectionOptions, { config, timings, output }: PlanCommandOptions, base: string | undefined): readonly string[] {
  const flag = (name: string, value: string | undefined): readonly string[] => (value === undefined ? [] : [`--${name}`, value]);
  const selected = (['case', 'kernel', 'arch', 'label', 'medium'] as const).flatMap((name) => flag(name, selection[name]?.join(',')));
  return ['kit-test', 'run', ...selected, ...(base === undefined ? [] : [`--changed=${base}`]), ...flag('config', config), ...flag('timings', output ?? timings)];
}
