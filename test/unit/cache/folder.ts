// Temporary folders of tests, and what an ordinary user may do: tests often run as root, whom no file mode stops.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Progress } from '../../../src/model/events.ts';

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-unit-'));
  await chmod(folder, 0o755);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs `work` without root's powers. */
export async function asOrdinaryUser<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

export interface Recorded extends Progress {
  readonly notices: string[];
  readonly downloads: { readonly name: string; readonly done: number; readonly total: number | undefined; readonly finished: boolean }[];
}

/** Progress that remembers. */
export function recordProgress(): Recorded {
  const notices: string[] = [];
  const downloads: Recorded['downloads'] = [];
  return {
    notices,
    downloads,
    notice: (message) => void notices.push(message),
    download: (name, done, total, finished) => void downloads.push({ name, done, total, finished }),
  };
}
