import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadArchs } from '../../../src/arch/index.ts';
import { openHostMemo } from '../../../src/boot/memo.ts';
import { isAtLeast } from '../../../src/model/versions.ts';
import { runChecks } from '../../../src/doctor/checks.ts';
import { checkDisk, checkMemory, checkNode } from '../../../src/doctor/host.ts';
import { checkPrograms } from '../../../src/doctor/programs.ts';
import { checkQemus } from '../../../src/doctor/qemu.ts';
import { asOrdinaryUser, temporaryFolder } from '../cache/folder.ts';

const archs = await loadArchs();
const signal = new AbortController().signal;
afterEach(() => void vi.unstubAllEnvs());
const MiB = 1024 ** 2;

describe('isAtLeast', () => {
  it.each([
    ['7.2.22', '6.2', true],
    ['6.2', '6.2', true],
    ['6.2', '6.2.0', true],
    ['6.1.9', '6.2', false],
    ['10.0', '9.2', true],
    ['v20.20.2', '20.19', true],
    ['v20.9.0', '20.19', false],
    ['nonsense', '1', false],
  ])('%s against %s', (version, wanted, expected) => {
    expect(isAtLeast(version, wanted)).toBe(expected);
  });
});

describe('host checks', () => {
  it.each([
    ['v20.20.2', 'ok'],
    ['v18.20.0', 'missing'],
  ])('takes Node %s as %s', (version, status) => {
    expect(checkNode(version)).toMatchObject({ status, detail: expect.stringContaining(version) as string });
  });

  it('warns where a guest hardly fits into memory', () => {
    expect(checkMemory(8192 * MiB, 4096 * MiB)).toMatchObject({ status: 'ok', detail: '4G of 8G available' });
    expect(checkMemory(8192 * MiB, 300 * MiB)).toMatchObject({ status: 'warn', fix: expect.any(String) as string });
  });

  it('measures the disk of a folder that is not there yet', async () => {
    const folder = join(await temporaryFolder(), 'not', 'yet');
    expect(await checkDisk('the cache', folder, 1)).toMatchObject({ name: 'disk for the cache', status: 'ok' });
    expect(await checkDisk('the cache', folder, 2 ** 80)).toMatchObject({ status: 'missing', fix: expect.stringContaining(folder) as string });
  });

  it('sees a folder that cannot be written', async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o555);
    expect(await asOrdinaryUser(() => checkDisk('runs', join(folder, 'runs'), 1))).toMatchObject({ status: 'missing', detail: expect.stringContaining('EACCES') as string });
  });
});

describe('checkPrograms', () => {
  it('names the package of each program that is missing', () => {
    const checks = checkPrograms('linux', (name) => (name === 'xz' || name === 'setpriv' ? undefined : `/usr/bin/${name}`));
    expect(checks.filter(({ status }) => status !== 'ok')).toEqual([
      expect.objectContaining({ name: 'xz', status: 'missing', fix: 'sudo apt-get install -y --no-install-recommends xz-utils' }),
      expect.objectContaining({ name: 'setpriv', status: 'warn' }),
    ]);
  });
});

describe('checkQemus', () => {
  const context = async (hostArch: string) => ({ archs, memo: openHostMemo(join(await temporaryFolder(), 'host.json')), platform: 'linux', hostArch });

  it('gives the command that installs each QEMU that is missing', async () => {
    vi.stubEnv('PATH', await temporaryFolder());
    const checks = await checkQemus(await context('x64'), signal);
    expect(checks.map(({ name, status }) => `${name}: ${status}`)).toEqual(archs.map(({ name }) => `QEMU for ${name}: missing`));
    expect(checks.map(({ fix }) => fix)).toEqual(archs.map(({ qemu }) => `sudo apt-get install -y --no-install-recommends ${qemu.package}`));
  });

  it('only warns where the matrix does without', async () => {
    vi.stubEnv('PATH', await temporaryFolder());
    const checks = await checkQemus({ ...(await context('x64')), isNeeded: ({ name }) => name === 'arm' }, signal);
    expect(checks.filter(({ status }) => status === 'missing').map(({ name }) => name)).toEqual(['QEMU for arm']);
    expect(checks.find(({ name }) => name === 'QEMU for riscv64')).toEqual({
      name: 'QEMU for riscv64', status: 'warn', detail: 'cannot boot riscv64: qemu-system-riscv64 is not installed; the matrix does without', fix: 'sudo apt-get install -y --no-install-recommends qemu-system-riscv64',
    });
  });

  it('warns of an old QEMU and of one without a sandbox', async () => {
    const folder = await temporaryFolder();
    const program = join(folder, 'qemu-system-arm');
    await writeFile(program, `#!/bin/sh\ncase "$*" in *-sandbox*) exit 1;; esac\necho '{"QMP": {"version": {"qemu": {"major": 5, "minor": 2, "micro": 0}}}}'\n`);
    await chmod(program, 0o755);
    vi.stubEnv('PATH', folder);
    const checks = await checkQemus({ ...(await context('s390x')), archs: archs.filter(({ name }) => name === 'arm') }, signal);
    expect(checks).toEqual([
      expect.objectContaining({ name: 'QEMU for arm', status: 'warn', detail: expect.stringContaining('5.2.0; tested from 6.2') as string }),
      expect.objectContaining({ name: 'QEMU sandbox', status: 'warn', detail: expect.stringContaining(program) as string }),
    ]);
  });
});

describe('runChecks', () => {
  it('covers everything, with a fix for each thing that is missing', async () => {
    const folder = await temporaryFolder();
    vi.stubEnv('PATH', folder);
    const checks = await runChecks({ archs, memo: openHostMemo(join(folder, 'host.json')), platform: 'linux', hostArch: 'x64', cacheRoot: join(folder, 'cache'), output: folder }, signal);
    for (const name of ['Node.js', ...archs.map((arch) => `QEMU for ${arch.name}`), 'apt-get', 'dpkg-deb', 'depmod', 'xz', 'memory', 'disk for the cache', 'disk for runs']) {
      expect(checks.map((check) => check.name)).toContain(name);
    }
    const missing = checks.filter(({ status }) => status === 'missing');
    expect(missing.length).toBeGreaterThanOrEqual(archs.length + 4);
    expect(missing.filter(({ fix }) => fix === undefined || fix.includes('\n'))).toEqual([]);
  });
});
