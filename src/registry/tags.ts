// Which digest a tag named when it was last asked for: kept in the cache for work without network.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Cache } from '../cache/store.ts';
import { writeFileAtomic } from '../sys/fs.ts';

const TagSchema = z.object({ reference: z.string(), digest: z.string().regex(/^sha256:[0-9a-f]{64}$/), at: z.string() });

export interface RememberedTag {
  readonly digest: string;
  /** ISO 8601. */
  readonly at: string;
}

const KIND = 'image-tag';

function pathOf(cache: Cache, reference: string): string {
  return cache.entryPath(KIND, createHash('sha256').update(reference).digest('hex'));
}

/** `reference` is `registry/repository:tag` in full. */
export async function recallTag(cache: Cache, reference: string): Promise<RememberedTag | undefined> {
  try {
    const tag = TagSchema.parse(JSON.parse(await readFile(pathOf(cache, reference), 'utf8')));
    return tag.reference === reference ? tag : undefined;
  } catch {
    return undefined;
  }
}

/** A cache that cannot be written remembers nothing, which is no failure. */
export async function rememberTag(cache: Cache, reference: string, digest: string): Promise<void> {
  await writeFileAtomic(pathOf(cache, reference), `${JSON.stringify({ reference, digest, at: new Date().toISOString() })}\n`).catch(() => undefined);
}
