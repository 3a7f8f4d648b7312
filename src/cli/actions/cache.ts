// The work of `kit-test cache list | prune`.
import { UsageError } from '../../model/errors.ts';
import { suggest } from '../../model/suggest.ts';
import { readInventory } from '../../cache/inventory.ts';
import { kindsOfCache } from '../../cache/kinds.ts';
import { pruneCache } from '../../cache/prune.ts';
import { openCache } from '../../cache/store.ts';
import { watchInterrupt } from '../../run/interrupt.ts';
import { loadCommandWorkspace, projectCache } from '../../run/workspace.ts';
import { exists } from '../../sys/fs.ts';
import { inventoryDocument, prunedDocument } from '../cache/document.ts';
import { inventoryText, itemsText, prunedText } from '../cache/text.ts';
import { colours } from '../colours.ts';
import { countingProgress } from '../progress-line.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ProjectOptions } from '../options.ts';

interface CacheOptions extends ProjectOptions {
  readonly kind?: readonly string[];
  readonly json?: boolean;
}

export interface CacheListOptions extends CacheOptions {
  readonly items?: boolean;
}

export interface CachePruneOptions extends CacheOptions {
  readonly unused?: number;
  readonly max?: number;
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

const defaultUnusedMs = 30 * 24 * 3_600_000;

/** Returns the exit code. */
export async function listCommand(options: CacheListOptions): Promise<number> {
  const root = await openedCache(options);
  using interrupt = watchInterrupt(() => process.exit(exitCodes.interrupted));
  using progress = countingProgress('looking at what the cache holds');
  const inventory = await readInventory(root, { onItem: progress.at, signal: interrupt.signal });
  progress.clear();
  checkKinds(options.kind, inventory.items);
  const shown = options.kind === undefined ? inventory : { items: inventory.items.filter(({ kind }) => options.kind?.includes(kind)), unfinishedBytes: 0 };
  const view = { root, nowMs: Date.now(), colours: colours(process.stdout) };
  if (options.json === true) print(inventoryDocument(root, shown, options.items === true));
  else process.stdout.write(`${options.items === true ? itemsText(shown.items, view) : ''}${inventoryText(shown, view)}`);
  return exitCodes.ok;
}

/** Returns the exit code. */
export async function pruneCommand(options: CachePruneOptions): Promise<number> {
  const root = await openedCache(options);
  using interrupt = watchInterrupt(() => process.exit(exitCodes.interrupted));
  using progress = countingProgress('looking at what the cache holds');
  using removing = countingProgress(options.dryRun === true ? 'choosing' : 'removing');
  // Only a kind that this version does not know has to be looked for.
  if (options.kind?.every((kind) => kind in kindsOfCache) === false) checkKinds(options.kind, (await readInventory(root)).items);
  const nowMs = Date.now();
  const asked = options.unused !== undefined || options.max !== undefined || options.all === true;
  const limit = { kinds: options.kind, unusedMs: asked ? options.unused : defaultUnusedMs, maxBytes: options.max, all: options.all };
  const pruned = await pruneCache(root, [limit], nowMs, { kinds: options.kind, dryRun: options.dryRun, onItem: progress.at, onGone: removing.at, signal: interrupt.signal });
  progress.clear();
  removing.clear();
  if (options.json === true) print(prunedDocument(root, pruned, options.dryRun === true));
  else process.stdout.write(prunedText(pruned, limit, options.dryRun === true, { root, nowMs, colours: colours(process.stdout) }));
  return exitCodes.ok;
}

/** The cache folder of the project. It is opened for what killed processes left there, where there is one. */
async function openedCache(options: CacheOptions): Promise<string> {
  const { project } = await loadCommandWorkspace({ cwd: process.cwd(), config: options.config });
  const root = projectCache(project);
  if (await exists(root)) await openCache(root);
  return root;
}

function checkKinds(kinds: readonly string[] | undefined, items: readonly { readonly kind: string }[]): void {
  const known = [...new Set([...items.map(({ kind }) => kind), ...Object.keys(kindsOfCache)])];
  const unknown = kinds?.find((kind) => !known.includes(kind));
  if (unknown !== undefined) throw new UsageError('NO_SUCH_KIND', `the cache has no kind "${unknown}"`, { hint: suggest(unknown, known, 'kinds') });
}

const print = (document: object): void => void process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
