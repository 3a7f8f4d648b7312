import { copyFile, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openHostMemo, type HostMemo } from '../../../src/boot/memo.ts';
import { qemuBuild } from '../../../src/boot/qemu-build.ts';
import { findProgram } from '../../../src/sys/programs.ts';

const program = findProgram('qemu-system-x86_64') ?? '';
let folder: string;
let memo: HostMemo;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-test-qemu-'));
  memo = openHostMemo(join(folder, 'host.json'));
});
afterEach(() => rm(folder, { recursive: true }));

const qemu = { path: program, version: '7.2.0', sandbox: true };

it.runIf(program !== '')('tells one build of QEMU from another: by its version, what it can do, and its program', async () => {
  const build = await qemuBuild(qemu, memo);
  expect(await qemuBuild(qemu, memo)).toBe(build);
  expect(await qemuBuild(qemu, openHostMemo(join(folder, 'other.json')))).toBe(build);
  const copy = join(folder, 'qemu-system-x86_64');
  await copyFile(program, copy);
  const other = await qemuBuild({ ...qemu, path: copy }, memo);
  await writeFile(copy, '\0', { flag: 'a' });
  expect(new Set([build, other, await qemuBuild({ ...qemu, path: copy }, memo), await qemuBuild({ ...qemu, version: '7.2.1' }, memo), await qemuBuild({ ...qemu, sandbox: false }, memo)]).size).toBeGreaterThanOrEqual(4);
  expect(await qemuBuild({ ...qemu, path: copy }, memo)).not.toBe(other);
});

it.runIf(program !== '')('sees when a ROM beside it is another one', async () => {
  const roms = join(folder, 'roms');
  const { mtimeMs, size } = await stat(program);
  await memo.remember(`qemu build ${program} ${mtimeMs} ${size}`, { digest: 'x', folders: [roms, join(folder, 'none')] }, 3600_000);
  await mkdir(roms);
  const builds = [await qemuBuild(qemu, memo)];
  for (const text of ['bios', 'bios of another size']) {
    await writeFile(join(roms, 'bios.bin'), text);
    builds.push(await qemuBuild(qemu, memo));
  }
  expect(new Set(builds).size).toBe(3);
});
