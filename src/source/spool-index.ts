// The entries of an archive in the cache as a JSON file beside it. JSON has no bytes: extended attributes are base64 in it.
import type { Entry } from '../archive/entry.ts';

/** The index of entries whose files are slices of one archive. */
export function encodeIndex(entries: readonly Entry[]): string {
  return JSON.stringify(entries.map((entry) => ({
    ...entry,
    ...(entry.type === 'file' && entry.content.kind === 'slice' ? { content: [entry.content.offset, entry.content.size] } : {}),
    ...(entry.xattrs === undefined ? {} : { xattrs: mapValues(entry.xattrs, (value) => Buffer.from(value).toString('base64')) }),
  })));
}

/**
 * The entries again, as slices of the archive at `path`.
 * @throws SyntaxError when the index is damaged
 */
export function decodeIndex(text: string, path: string): readonly Entry[] {
  const stored = JSON.parse(text) as StoredEntry[];
  for (const entry of stored) {
    if (isPlace(entry.content)) entry.content = { kind: 'slice', path, offset: entry.content[0], size: entry.content[1] };
    if (entry.xattrs !== undefined) entry.xattrs = mapValues(entry.xattrs as Record<string, string>, (value) => Buffer.from(value, 'base64'));
  }
  return stored as unknown as readonly Entry[];
}

type Place = readonly [offset: number, size: number];
const isPlace = (content: StoredEntry['content']): content is Place => Array.isArray(content);

interface StoredEntry {
  content?: Place | object;
  xattrs?: Readonly<Record<string, unknown>>;
}

const mapValues = <From, To>(record: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
