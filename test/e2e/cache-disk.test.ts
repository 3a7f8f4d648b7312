// A cache on a disk that is full, and one that cannot be written: only root can make such disks.
import { spawnSync } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seedCache } from './own-cache.ts';
import { createProject, scriptCase, type Project } from './project.ts';

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

describe('templates of warm starts', () => {
  const MiB = 1024 ** 2;
  const ofOne = { 'harness.config.ts': "export default { matrix: { kernels: ['6.1'], arch: ['aarch64'] }, accel: 'tcg', start: 'warm' };\n", ...scriptCase('x', 'true') };
  const endOf = async (project: Project): Promise<object> => {
    const { cells, notices } = await project.report();
    return { verdict: cells[0]?.verdict.kind, warm: cells[0]?.attempts.at(-1)?.boot?.restored !== undefined, notices: notices.join('\n') };
  };
  const bytesBelow = (folder: string): number => Number(spawnSync('du', ['-sB1', folder], { encoding: 'utf8' }).stdout.split('\t')[0]);

  /** A seeded cache on a tmpfs that has so much room besides. */
  async function smallDisk(project: Project, room: number): Promise<Mount & { readonly cache: string }> {
    await using seed = await seedCache();
    const cache = join(project.folder, 'cache');
    await mkdir(cache);
    const disk = mount(['-t', 'tmpfs', '-o', `size=${bytesBelow(seed.root) + room}`, 'tmpfs', cache]);
    if (disk.problem === undefined) await cp(seed.root, cache, { recursive: true, verbatimSymlinks: true });
    return { ...disk, cache };
  }

  it('are kept on a tmpfs, and used there', async ({ skip }) => {
    await using project = await createProject(ofOne);
    using disk = await smallDisk(project, 1024 * MiB);
    skip(disk.problem !== undefined, disk.problem);
    for (let run = 0; run < 2; run += 1) {
      expect(await project.run(['run', '--matrix'], { KIT_TEST_CACHE: disk.cache })).toMatchObject({ code: 0, stderr: '' });
      expect(await endOf(project)).toEqual({ verdict: 'pass', warm: true, notices: '' });
    }
  });

  it('that have no room make cells boot cold, with one line', async ({ skip }) => {
    await using project = await createProject({ ...ofOne, ...scriptCase('y', 'true') });
    using disk = await smallDisk(project, 24 * MiB);
    skip(disk.problem !== undefined, disk.problem);
    expect(await project.run(['run', '--matrix'], { KIT_TEST_CACHE: disk.cache })).toMatchObject({ code: 0 });
    expect(await endOf(project)).toEqual({ verdict: 'pass', warm: false, notices: expect.stringMatching(/^6\.1 on aarch64 starts cold: .*$/) as string });
  });

  it.for([['the one it has', ''], ['none', 'memory: 768M']] as const)('in a cache that cannot be written are left alone: with %s the cell boots cold', async ([, yaml], { skip }) => {
    await using cache = await seedCache();
    await using project = await createProject({ ...ofOne, ...scriptCase('x', 'true') });
    const env = { KIT_TEST_CACHE: cache.root };
    expect(await project.run(['run', '--matrix'], env)).toMatchObject({ code: 0 });
    using disk = mount(['--bind', cache.root, cache.root], ['-o', 'remount,ro,bind', cache.root]);
    skip(disk.problem !== undefined, disk.problem);
    await project.write(scriptCase('x', 'true', yaml));
    expect(await project.run(['run', '--matrix'], env)).toMatchObject({ code: 0 });
    expect(await endOf(project)).toEqual({ verdict: 'pass', warm: false, notices: expect.stringMatching(/^6\.1 on aarch64 starts cold: .*$/) as string });
  });
});
