// The work of `kit-test images list | lock | fetch`.
import { UsageError } from '../../model/errors.ts';
import { suggest } from '../../model/suggest.ts';
import { archMatcher, matchesName } from '../../matrix/select.ts';
import { fetchImages, listImages, lockImages, wantedImages, type ImageOutcome, type ListedImage, type WantedImage } from '../../run/images.ts';
import { watchInterrupt } from '../../run/interrupt.ts';
import { loadWorkspace, openSupplies, type Workspace } from '../../run/workspace.ts';
import { colours } from '../colours.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ProjectOptions } from '../options.ts';
import { stderrProgress } from '../progress.ts';

export interface ImagesOptions extends ProjectOptions {
  readonly arch?: readonly string[];
  readonly json?: boolean;
  readonly frozen?: boolean;
  readonly offline?: boolean;
}

export type ImagesVerb = 'list' | 'lock' | 'fetch';

/** Returns the exit code. */
export async function imagesCommand(verb: ImagesVerb, names: readonly string[], options: ImagesOptions): Promise<number> {
  const workspace = await loadWorkspace({ cwd: process.cwd(), config: options.config, requireConfig: true });
  const wanted = await selectImages(workspace, names, options.arch);
  const { project } = workspace;
  const supplies = await openSupplies(project, { frozen: options.frozen ?? false, offline: verb === 'list' ? true : options.offline, progress: stderrProgress() });
  using interrupt = watchInterrupt(() => process.exit(exitCodes.interrupted));
  if (verb === 'list') {
    printList(await listImages(project, wanted, supplies, interrupt.signal), options.json === true);
    return exitCodes.ok;
  }
  const outcomes = verb === 'lock' ? await lockImages(project, wanted, supplies, interrupt.signal) : await fetchImages(wanted, supplies, interrupt.signal);
  printOutcomes(outcomes, options.json === true);
  return outcomes.some(({ error }) => error !== undefined) ? exitCodes.harness : exitCodes.ok;
}

async function selectImages({ project, archs }: Workspace, names: readonly string[], archGlobs: readonly string[] | undefined): Promise<readonly WantedImage[]> {
  const all = await wantedImages(project, archs);
  for (const name of names) {
    if (!all.some((image) => matchesName(name, image.name))) {
      throw new UsageError('NOTHING_SELECTED', `no case and no kernel of the project names the image "${name}"`, { hint: suggest(name, all.map((image) => image.name), 'images') });
    }
  }
  return all
    .filter((image) => names.length === 0 || names.some((name) => matchesName(name, image.name)))
    .map((image) => ({ ...image, archs: image.archs.filter((arch) => archGlobs?.some((glob) => archMatcher(glob)(arch)) ?? true) }))
    .filter(({ archs: left }) => left.length > 0);
}

function printList(images: readonly ListedImage[], json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(images, null, 2)}\n`);
    return;
  }
  const { dim, bold } = colours(process.stdout);
  if (images.length === 0) process.stdout.write(dim('no case and no kernel names an image of a registry\n'));
  for (const { name, usedBy, pinned, cached } of images) {
    const here = Object.entries(cached).map(([arch, present]) => (present ? arch : dim(`${arch} not here`))).join(', ');
    process.stdout.write(`${bold(name)}\n  pinned   ${pinned ?? dim('no: kit-test images lock')}\n  cached   ${here}\n  used by  ${usedBy.join(', ')}\n`);
  }
}

function printOutcomes(outcomes: readonly ImageOutcome[], json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(outcomes.map(plain), null, 2)}\n`);
    return;
  }
  const { red, dim } = colours(process.stdout);
  for (const { name, digest, before, archs, error } of outcomes) {
    if (error !== undefined) process.stdout.write(`${name} ${red('error')} ${error.message}${error.hint === undefined ? '' : `\n  → ${error.hint}`}\n`);
    else process.stdout.write(`${name} ${digest ?? ''} ${dim(`${archs.join(', ')}${before === undefined ? '' : `, was ${before}`}`)}\n`);
  }
}

const plain = ({ error, ...rest }: ImageOutcome): object => ({ ...rest, ...(error === undefined ? {} : { error: { code: error.code, message: error.message, hint: error.hint } }) });
