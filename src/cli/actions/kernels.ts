// The work of `kit-test kernels list | fetch | update | show`.
import type { Kernel } from '../../model/kernel.ts';
import { UsageError } from '../../model/errors.ts';
import { suggest } from '../../model/suggest.ts';
import { formatSize } from '../../model/units.ts';
import { fetchKernels, listKernels, showKernel, wantedKernels, type KernelOutcome, type Wanted } from '../../kernel/inventory.ts';
import { archMatcher, matchesName } from '../../matrix/select.ts';
import { sortKernels } from '../../matrix/expand.ts';
import { watchInterrupt } from '../../run/interrupt.ts';
import { loadWorkspace, openSupplies, type Supplies, type Workspace } from '../../run/workspace.ts';
import { colours } from '../colours.ts';
import { exitCodes } from '../exit-codes.ts';
import { stderrProgress } from '../progress.ts';
import type { ProjectOptions } from '../options.ts';

export interface KernelsOptions extends ProjectOptions {
  readonly arch?: readonly string[];
  readonly json?: boolean;
  readonly frozen?: boolean;
  readonly offline?: boolean;
}

export type KernelsVerb = 'list' | 'fetch' | 'update' | 'show';

/** Returns the exit code. */
export async function kernelsCommand(verb: KernelsVerb, names: readonly string[], options: KernelsOptions): Promise<number> {
  const workspace = await loadWorkspace({ cwd: process.cwd(), config: options.config, requireConfig: true });
  const wanted = await selectKernels(workspace, names, options.arch);
  const supplies = await openSupplies(workspace.project, { frozen: options.frozen ?? false, offline: options.offline, update: verb === 'update', progress: stderrProgress() });
  if (verb === 'list') return printList(wanted, supplies, options.json === true);
  using interrupt = watchInterrupt(() => process.exit(exitCodes.interrupted));
  const outcomes = await fetchKernels(wanted, supplies.kernel, supplies, interrupt.signal);
  if (verb === 'show') await printDetails(outcomes, options.json === true);
  else printOutcomes(outcomes, options.json === true);
  return outcomes.some(({ error }) => error !== undefined) ? exitCodes.harness : exitCodes.ok;
}

async function selectKernels({ project, archs }: Workspace, names: readonly string[], archGlobs: readonly string[] | undefined): Promise<readonly Wanted[]> {
  const known = project.kernels.map(({ name }) => name);
  for (const name of names) {
    if (!known.some((kernel) => matchesName(name, kernel))) {
      throw new UsageError('NOTHING_SELECTED', `there is no kernel "${name}"`, { hint: suggest(name, known, 'kernels') });
    }
  }
  const specs = sortKernels(project.kernels).filter((spec) => names.length === 0 || names.some((name) => matchesName(name, spec.name)));
  const wanted = (await wantedKernels(specs, archs)).filter(({ arch }) => archGlobs?.some((glob) => archMatcher(glob)(arch)) ?? true);
  if (wanted.length === 0) {
    throw new UsageError('NOTHING_SELECTED', 'no kernel is selected', { hint: `architectures: ${archs.map(({ name }) => name).join(', ')}` });
  }
  return wanted;
}

async function printList(wanted: readonly Wanted[], supplies: Supplies, json: boolean): Promise<number> {
  const entries = await listKernels(wanted, supplies);
  if (json) process.stdout.write(`${JSON.stringify(entries, null, 2)}\n`);
  else {
    const { dim } = colours(process.stdout);
    for (const { name, arch, source, pinned, labels } of entries) {
      const tags = labels.length === 0 ? '' : dim(` [${labels.join(', ')}]`);
      process.stdout.write(`${name.padEnd(8)} ${arch.padEnd(8)} ${source.padEnd(4)} ${pinned ?? dim('not resolved yet: kit-test kernels fetch')}${tags}\n`);
    }
  }
  return exitCodes.ok;
}

function printOutcomes(outcomes: readonly KernelOutcome[], json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(outcomes.map(plain), null, 2)}\n`);
    return;
  }
  const { red, dim } = colours(process.stdout);
  for (const { name, arch, kernel, error, before } of outcomes) {
    const place = `${name.padEnd(8)} ${arch.padEnd(8)}`;
    if (kernel === undefined) process.stdout.write(`${place} ${red('error')} ${error?.message ?? ''}${error?.hint === undefined ? '' : `\n  → ${error.hint}`}\n`);
    else process.stdout.write(`${place} ${kernel.release}  ${dim(kernel.origin)}${before === undefined ? '' : dim(`, was ${before}`)}\n`);
  }
}

async function printDetails(outcomes: readonly KernelOutcome[], json: boolean): Promise<void> {
  if (json) {
    const details = await Promise.all(outcomes.map(async (outcome) => (outcome.kernel === undefined ? plain(outcome) : { ...plain(outcome), ...(await showKernel(outcome.kernel)) })));
    process.stdout.write(`${JSON.stringify(details, null, 2)}\n`);
    return;
  }
  for (const outcome of outcomes) {
    if (outcome.kernel === undefined) printOutcomes([outcome], false);
    else process.stdout.write(await detailText(outcome.kernel));
  }
}

async function detailText(kernel: Kernel): Promise<string> {
  const { bold } = colours(process.stdout);
  const { imageBytes, modules, builtin } = await showKernel(kernel);
  const rows = [
    ['release', kernel.release],
    ['origin', kernel.origin],
    ['digest', kernel.digest],
    ['image', `${kernel.image} (${formatSize(imageBytes)})`],
    ['config', kernel.config ?? 'none'],
    ['modules', kernel.modules === undefined ? 'none' : `${kernel.modules} (${modules} modules, ${builtin} built in)`],
  ] as const;
  return `${bold(`${kernel.name} ${kernel.arch}`)}\n${rows.map(([key, value]) => `  ${key.padEnd(8)} ${value}\n`).join('')}`;
}

const plain = ({ error, ...rest }: KernelOutcome): object => ({ ...rest, ...(error === undefined ? {} : { error: { code: error.code, message: error.message, hint: error.hint } }) });
