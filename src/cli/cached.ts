// `--cached`: what does not go together with it.
import { UsageError } from '../model/errors.ts';
import type { Workspace } from '../run/workspace.ts';

export interface CachedOptions {
  readonly cached?: boolean;
  readonly history?: boolean;
  readonly repeat?: number;
  readonly untilFail?: boolean;
}

/** @throws UsageError where there is nothing that `--cached` could go by. */
export function checkCached({ cached, history, repeat, untilFail }: CachedOptions, { project }: Workspace): void {
  if (cached !== true) return;
  if (repeat !== undefined || untilFail === true) throw new UsageError('CACHED_WITH_ROUNDS', 'rounds run again what passed, and --cached does not', { hint: 'leave out one of them' });
  if (history === false || project.harness.history === false) {
    throw new UsageError('CACHED_WITHOUT_HISTORY', `--cached needs what earlier runs left, and ${history === false ? '--no-history' : '"history: false" of the configuration'} keeps it away`, { hint: 'leave out one of them' });
  }
}
