// What `kit-test cache` prints for people.
import type { PruneLimit } from '../../cache/choose.ts';
import type { CacheItem, Inventory } from '../../cache/inventory.ts';
import type { Pruned } from '../../cache/prune.ts';
import { count, formatSize } from '../../model/format.ts';
import type { Colours } from '../colours.ts';
import { bytesOf, sumByKind } from './by-kind.ts';

export interface View {
  readonly root: string;
  readonly nowMs: number;
  readonly colours: Pick<Colours, 'dim' | 'bold'>;
}

/** A table of kinds, the sum and the folder. */
export function inventoryText({ items, unfinishedBytes }: Inventory, { root, nowMs, colours: { dim, bold } }: View): string {
  if (items.length === 0) return `nothing in ${root}${making(unfinishedBytes)}\n`;
  const rows = sumByKind(items).map(({ kind, items: number, bytes, usedAtMs, holds }) => [kind, `${number}`, formatSize(bytes), ago(nowMs - usedAtMs), holds] as const);
  const table = aligned([['kind', 'items', 'size', 'last used', 'holds'], ...rows], [false, true, true, false, false]);
  const [head = '', ...lines] = table;
  return `${dim(head)}\n${lines.map((line) => `${line}\n`).join('')}\n${bold(formatSize(bytesOf(items)))} in ${count(items.length, 'item')}${making(unfinishedBytes)}: ${root}\n`;
}

/** Every item with its size, the longest unused first. */
export function itemsText(items: readonly CacheItem[], { nowMs, colours: { dim } }: View): string {
  if (items.length === 0) return '';
  const [head = '', ...lines] = aligned([['kind', 'size', 'last used', 'item'], ...items.map(({ kind, bytes, usedAtMs, name }) => [kind, formatSize(bytes), ago(nowMs - usedAtMs), name])], [false, true, false, false]);
  return `${dim(head)}\n${lines.map((line) => `${line}\n`).join('')}\n`;
}

/** What went, and why not more. */
export function prunedText({ gone, spared, left, users }: Pruned, { unusedMs, maxBytes, all }: PruneLimit, dryRun: boolean, { root, colours: { dim, bold } }: View): string {
  const removed = dryRun ? 'would remove' : 'removed';
  const lines = gone.length === 0
    ? [`nothing to remove${spared.length > 0 || all === true ? '' : `: ${whyNothing(unusedMs, maxBytes)}`}`]
    : [`${removed} ${count(gone.length, 'item')}, ${bold(formatSize(bytesOf(gone)))}`, ...aligned(sumByKind(gone).map(({ kind, items, bytes }) => ['  ', kind, `${items}`, formatSize(bytes)]), [false, false, true, true])];
  if (spared.length > 0) {
    const others = users.length === 0 ? '' : `${all === true ? '' : ', or '}by ${users.length === 1 ? 'another kit-test' : 'other kit-tests'} (${users.map(({ pid }) => `process ${pid}`).join(', ')})`;
    const why = `${all === true ? '' : 'within the last hour'}${others}`;
    lines.push(`kept ${count(spared.length, 'item')}, ${formatSize(bytesOf(spared))}: ${why === '' ? 'being made just now' : `used ${why}`}`);
  }
  return `${lines.join('\n')}\n${dim(`${formatSize(bytesOf(left))} in ${count(left.length, 'item')} ${dryRun ? 'would be left' : 'left'}: ${root}`)}\n`;
}

function whyNothing(unusedMs: number | undefined, maxBytes: number | undefined): string {
  const reasons = [...(unusedMs === undefined ? [] : [`everything was used within ${span(unusedMs)}`]), ...(maxBytes === undefined ? [] : [`there is no more than ${formatSize(maxBytes)}`])];
  return reasons.join(', ');
}

const making = (bytes: number): string => (bytes === 0 ? '' : `, ${formatSize(bytes)} more is being made`);

/** 7_500_000 → `2h ago`. */
function ago(ms: number): string {
  return ms < 60_000 ? 'just now' : `${span(ms)} ago`;
}

function span(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 120) return `${minutes}m`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}h`;
  return `${Math.floor(minutes / (24 * 60))}d`;
}

/** Columns of the width of their widest text; `right` says which are numbers. */
function aligned(rows: readonly (readonly string[])[], right: readonly boolean[]): readonly string[] {
  const widths = right.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => row.map((text, column) => (right[column] === true ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0))).join('  ').trimEnd());
}
