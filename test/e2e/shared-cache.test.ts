// Two runs at once over one cache in which every image has yet to be built.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { seedCache } from './own-cache.ts';
import { createProject, scriptCase } from './project.ts';

it('serves two runs that build the same images at once', async () => {
  await using cache = await seedCache();
  const files = { ...scriptCase('one', 'echo one'), ...scriptCase('two', 'echo two', 'modules: [loop]') };
  await using left = await createProject(files);
  await using right = await createProject(files);
  const words = ['run', '--matrix', '--jobs', '1'];
  const env = { KIT_TEST_CACHE: cache.root };
  const outcomes = await Promise.all([left, right].map((project) => project.run(words, env)));
  for (const { code, stderr } of outcomes) expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const digests = async (project: typeof left): Promise<unknown> => (await project.report()).cells.map(({ attempts: [attempt] }) => attempt.image?.digest);
  expect(await digests(left)).toEqual(await digests(right));
  expect(await readdir(join(cache.root, 'locks'))).toEqual([]);
});
