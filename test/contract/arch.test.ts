// Every file of src/arch answers all questions, and the plan it leads to is the accepted one (test/golden/boot).
import { describe, expect, it } from 'vitest';
import { loadArchs } from '../../src/arch/index.ts';
import { qemuCommand } from '../../src/boot/command.ts';
import { planBoot } from '../../src/boot/plan.ts';
import type { Accel } from '../../src/model/arch.ts';
import { bootRequest } from '../unit/boot/request.ts';

const archs = await loadArchs();

describe.each(archs.map((arch) => [arch.name, arch] as const))('%s', (name, arch) => {
  it('boots with the accepted commands', async () => {
    const accels: readonly Accel[] = ['tcg', 'kvm', 'hvf'];
    const commands = accels.map((accel) => qemuCommand(planBoot(bootRequest(arch, { accel, case: { network: true } }))));
    await expect(`${commands.join('\n')}\n`).toMatchFileSnapshot(`../golden/boot/${name}.cmd`);
  });

  it('has names that no other architecture has', () => {
    const names = [name, ...arch.aliases];
    expect(new Set(names).size).toBe(names.length);
    const others = archs.filter((other) => other !== arch).flatMap((other) => [other.name, ...other.aliases]);
    expect(names.filter((each) => others.includes(each))).toEqual([]);
    expect(names.every((each) => each === each.toLowerCase())).toBe(true);
  });

  it('is known by the names of Debian and OCI', () => {
    const { architecture, variant } = arch.oci;
    const oci = variant === undefined ? architecture : `${architecture}/${variant}`;
    expect([name, ...arch.aliases]).toEqual(expect.arrayContaining([arch.debian, oci]));
  });

  it('names a QEMU and a console, and stretches limits under TCG', () => {
    expect(arch.qemu.binary).toMatch(/^qemu-system-[a-z0-9_]+$/);
    expect(arch.console).toMatch(/^tty/);
    expect(arch.tcgScale).toBeGreaterThan(1);
    expect(arch.kernelFormats.length).toBeGreaterThan(0);
    expect(arch.cmdlineMax).toBeGreaterThanOrEqual(1023);
  });
});
