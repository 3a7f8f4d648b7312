// A cache on a disk that is full, and one that cannot be written: only root can make such disks.
import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { seedCache } from './own-cache.ts';
import { createProject, scriptCase } from './project.ts';

interface Mount extends Disposable {
  readonly problem: string | undefined;
}

function mount(...steps: readonly (readonly string[])[]): Mount {
  const target = steps[0]?.at(-1) ?? '';
  const problem = steps.map((words) => spawnSync('mount', words, { encoding: 'utf8' })).find(({ status }) => status !== 0);
  return { problem: problem === undefined ? undefined : `mount does not work here: ${problem.stderr}`, [Symbol.dispose]: () => void spawnSync('umount', ['--lazy', target]) };
}

it('says that the disk is full, and how to make room', async ({ skip }) => {
  await using project = await createProject(scriptCase('x', 'true'));
  const cache = join(project.folder, 'cache');
  await mkdir(cache);
  using disk = mount(['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', cache]);
  skip(disk.problem !== undefined, disk.problem);
  const { code, stdout, stderr } = await project.run(['run', '--matrix'], { KIT_TEST_CACHE: cache });
  expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
  const [cell] = (await project.report()).cells;
  expect(cell?.verdict).toMatchObject({ kind: 'error', reason: expect.stringContaining('no space left') as string, hint: expect.stringContaining('KIT_TEST_CACHE') as string });
  expect(stdout).toContain('no space left');
});

it('uses what a read-only cache has, and says what it cannot do with it', async ({ skip }) => {
  await using cache = await seedCache();
  await using project = await createProject(scriptCase('x', 'true'));
  const env = { KIT_TEST_CACHE: cache.root };
  expect(await project.run(['run', '--matrix'], env)).toMatchObject({ code: 0 });
  using disk = mount(['--bind', cache.root, cache.root], ['-o', 'remount,ro,bind', cache.root]);
  skip(disk.problem !== undefined, disk.problem);
  expect(await project.run(['run', '--matrix'], env)).toMatchObject({ code: 0, stderr: '' });
  await project.write(scriptCase('x', 'echo changed'));
  expect(await project.run(['run', '--matrix'], env)).toMatchObject({ code: 3, stderr: '' });
  expect((await project.report()).cells[0]?.verdict).toMatchObject({ kind: 'error', stage: 'image', reason: expect.stringContaining('cannot write to the cache') as string, hint: expect.stringContaining('KIT_TEST_CACHE') as string });
});
