// The init images over one another (linuxkit.md §2.1), and one package database made of all of theirs.
import type { Member } from '../../archive/members.ts';
import { inline, made, type CompatEntry } from './entry.ts';
import { rewriteImage } from './rewrite.ts';

const database = 'lib/apk/db/installed';

/** Each image is given with its full reference. */
export function initEntries(images: readonly { readonly source: string; readonly members: readonly Member[] }[]): readonly CompatEntry[] {
  const entries = images.flatMap(({ source, members }, index) => rewriteImage(members, { prefix: '', resolver: 'link', origin: { source, location: `init[${index}]` } }));
  const databases = entries.filter(({ name }) => name === database);
  if (databases.length < 2) return entries;
  const content = databases.flatMap((entry) => [...entry.content, inline('\n\n')]);
  return [...entries, made({ name: database, type: 'file', mode: 0o644, mtime: 0, content }, { source: 'LINUXKIT.apkinit', location: 'init' })];
}
