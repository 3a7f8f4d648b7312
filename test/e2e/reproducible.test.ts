// Equal projects give equal bytes: initrds and QEMU's arguments, whatever folder and cache they were made in.
import { createHash } from 'node:crypto';
import { chmod, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { seedCache } from './own-cache.ts';
import { createProject, scriptCase } from './project.ts';

const files = {
  ...scriptCase('run', 'true', 'modules: [loop, squashfs]'),
  'cases/containers/case.yaml': 'summary: containers\nmodules: [overlay]\n',
  'cases/containers/image.yml': `kernel: { cmdline: "quiet" }
init: ["builtin:init", "apt:busybox-static"]
onboot:
  - { name: check, image: "dir:./check", command: ["/check.sh"], binds: ["/usr/bin:/bin"] }
services:
  - { name: serve, image: "dir:./check", command: ["/check.sh"] }
files:
  - { path: etc/x, contents: "text", mode: "0640" }
`,
  'cases/containers/check/check.sh': '#!/bin/sh\ntrue\n',
  'cases/containers/check/b/c': 'c',
  'cases/containers/check/a': 'a',
};

interface Built {
  readonly id: string;
  readonly image: unknown;
  readonly qemu: string;
  readonly initrd: string;
}

async function build(when: Date): Promise<readonly Built[]> {
  await using cache = await seedCache();
  await using project = await createProject(files);
  await chmod(join(project.folder, 'cases/containers/check/check.sh'), 0o755);
  for (const path of Object.keys(files)) await utimes(join(project.folder, path), when, when);
  const { stdout, stderr, code } = await project.run(['run', '--matrix', '--dry-run', '--json'], { KIT_TEST_CACHE: cache.root });
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  const { cells } = JSON.parse(stdout) as { readonly cells: readonly { readonly id: string; readonly image: unknown; readonly qemu: string }[] };
  return await Promise.all(cells.map(async ({ id, image, qemu }) => {
    const initrd = /-initrd (\S+)/.exec(qemu)?.[1] ?? '';
    const bytes = await readFile(initrd);
    return { id, image, qemu: qemu.replaceAll(cache.root, 'CACHE'), initrd: createHash('sha256').update(bytes).digest('hex') };
  }));
}

it('gives the same initrds and the same QEMU arguments in another folder, with another cache, at another time', async () => {
  const first = await build(new Date('2001-02-03T04:05:06Z'));
  expect(first).toHaveLength(2);
  expect(new Set(first.map(({ initrd }) => initrd)).size).toBe(2);
  expect(await build(new Date('2024-05-06T07:08:09Z'))).toEqual(first);
});
