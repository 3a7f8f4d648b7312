import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadArchs } from '../../../src/arch/index.ts';
import { chooseAccel, refuseKvmDevice, type AccelContext } from '../../../src/boot/accel.ts';
import { openHostMemo } from '../../../src/boot/memo.ts';
import { asOrdinaryUser, temporaryFolder } from '../cache/folder.ts';

const archs = await loadArchs();
const x86 = archs.find(({ name }) => name === 'x86_64') ?? expect.fail('no x86_64');

async function context(changes: Partial<AccelContext> = {}): Promise<AccelContext> {
  return {
    platform: 'linux', hostArch: 'arm64', qemuVersion: '7.2.0',
    memo: openHostMemo(join(await temporaryFolder(), 'host.json')),
    probe: () => Promise.reject(new Error('nothing may be booted')),
    signal: new AbortController().signal,
    ...changes,
  };
}

describe('chooseAccel', () => {
  it('takes TCG for a foreign architecture without a word', async () => {
    expect(await chooseAccel(x86, 'auto', await context())).toEqual({ accel: 'tcg' });
  });

  it('takes TCG where it is asked for, whatever the machine has', async () => {
    expect(await chooseAccel(x86, 'tcg', await context({ hostArch: 'x64' }))).toEqual({ accel: 'tcg' });
  });

  it.each([
    ['kvm', 'linux', 'arm64', /cannot run x86_64 guests with kvm: this machine is arm64/],
    ['hvf', 'linux', 'x64', /hvf does not exist/],
    ['kvm', 'darwin', 'x64', /kvm does not exist/],
  ] as const)('refuses %s on %s/%s', async (wanted, platform, hostArch, message) => {
    await expect(chooseAccel(x86, wanted, await context({ platform, hostArch }))).rejects.toMatchObject({ code: 'ACCEL_UNUSABLE', message: expect.stringMatching(message) as string, hint: expect.stringContaining('--accel') as string });
  });
});

describe('refuseKvmDevice', () => {
  it('tells a device that is not there from one that may not be opened', async () => {
    const folder = await temporaryFolder();
    const device = join(folder, 'kvm');
    expect(await refuseKvmDevice(device)).toMatchObject({ reason: `there is no ${device}` });
    await writeFile(device, '', { mode: 0o600 });
    expect(await refuseKvmDevice(device)).toBeUndefined();
    if (process.geteuid?.() !== 0) return;
    expect(await asOrdinaryUser(() => refuseKvmDevice(device))).toMatchObject({ hint: expect.stringContaining('usermod -aG kvm') as string });
  });
});
