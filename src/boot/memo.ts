// Answers about this machine that took time to find out, kept in one small JSON file from run to run.
// Losing it costs only time: what cannot be read is empty, what cannot be written is not kept.
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../sys/fs.ts';

interface Kept {
  readonly value: unknown;
  /** Milliseconds since 1970. */
  readonly until: number;
}

type Memo = Readonly<Record<string, Kept>>;

export interface HostMemo {
  /** What was remembered and has not expired, if it still is what the caller expects. */
  recall<T>(key: string, is: (value: unknown) => value is T): Promise<T | undefined>;
  remember(key: string, value: unknown, forMs: number): Promise<void>;
}

/** Opens the memo at `path`; there need not be one yet. */
export function openHostMemo(path: string): HostMemo {
  // Two processes that write at once may lose an answer to each other, never the file.
  const load = async (): Promise<Memo> => {
    try {
      const memo: unknown = JSON.parse(await readFile(path, 'utf8'));
      const kept = Object.entries(isRecord(memo) ? memo : {}).filter((entry): entry is [string, Kept] => isKept(entry[1]));
      return Object.fromEntries(kept.filter(([, { until }]) => until > Date.now()));
    } catch {
      return {};
    }
  };
  return {
    async recall(key, is) {
      const value = (await load())[key]?.value;
      return is(value) ? value : undefined;
    },
    async remember(key, value, forMs) {
      const memo: Memo = { ...(await load()), [key]: { value, until: Date.now() + forMs } };
      await writeFileAtomic(path, `${JSON.stringify(memo, undefined, 1)}\n`).catch(() => undefined);
    },
  };
}

/** A JSON object. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const isKept = (value: unknown): value is Kept => isRecord(value) && typeof value['until'] === 'number';
