// What does not go together with `--watch`.
import { UsageError } from '../../model/errors.ts';

interface WatchedOptions {
  readonly dryRun?: boolean;
  readonly shard?: unknown;
  readonly changed?: unknown;
  readonly lastFailed?: boolean;
  readonly output?: string;
}

const others: readonly (readonly [keyof WatchedOptions, string])[] = [
  ['dryRun', '--dry-run boots nothing'],
  ['shard', '--shard is for several machines'],
  ['changed', 'it runs what changes from now on'],
  ['lastFailed', 'the key f runs what failed'],
  ['output', 'each of its runs has a folder of its own'],
];

/** @throws UsageError `WATCH_IN_CI`, `WATCH_WITH`. */
export function refuseWatch(options: WatchedOptions, env: Readonly<Record<string, string | undefined>>): void {
  if (!['', '0', 'false'].includes(env['CI'] ?? '')) throw new UsageError('WATCH_IN_CI', '--watch waits for somebody to edit files, and in CI (the variable CI is set) nobody does', { hint: 'leave out --watch, or unset CI' });
  const other = others.find(([name]) => options[name] !== undefined && options[name] !== false);
  if (other === undefined) return;
  const [name, why] = other;
  throw new UsageError('WATCH_WITH', `--watch and --${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} do not go together: ${why}`, { hint: 'leave out one of them' });
}
