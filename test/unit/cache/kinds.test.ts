// The words of `kit-test cache` for every kind of entry that the code keeps.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { kindsOfCache } from '../../../src/cache/kinds.ts';

const source = fileURLToPath(new URL('../../../src', import.meta.url));
const texts = readdirSync(source, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.ts')).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));

it('has words for every kind in src/', () => {
  const kinds = texts.flatMap((text) => [...text.matchAll(/\b(?:(?:cache|store)\.entry\(|buildSegment\([\w.]+, |(?:KIND|RECORD|SEGMENT) = )'([a-z-]+)'/g)].map(([, kind]) => kind));
  expect(kinds).toEqual(expect.arrayContaining(['kernel', 'tar', 'segment', 'modules', 'initrd', 'medium']));
  expect(kinds.filter((kind) => kind !== undefined && !(kind in kindsOfCache))).toEqual([]);
});
