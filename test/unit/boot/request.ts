// A boot request for tests of the plan; what a test is about it changes.
import type { BootRequest } from '../../../src/boot/plan.ts';
import type { Arch } from '../../../src/model/arch.ts';

export const MiB = 1024 ** 2;

export function bootRequest(arch: Arch, changes: { readonly case?: Partial<BootRequest['cell']['case']>; readonly image?: Partial<BootRequest['image']> } & Partial<Omit<BootRequest, 'cell' | 'image'>> = {}): BootRequest {
  const { case: ofCase, image, ...rest } = changes;
  return {
    cell: { id: `boot/6.12/${arch.name}`, case: { memory: 512 * MiB, cpus: 2, network: false, results: 'console', cmdline: [], ...ofCase }, kernel: { cmdline: [] } },
    arch,
    accel: 'tcg',
    kernel: { image: '/cache/kernel' },
    initrd: '/cache/initrd',
    image: { cmdline: [], unpackedBytes: 8 * MiB, segments: [{ bytes: 5 * MiB }], ...image },
    limits: { bootMs: 1000, silenceMs: 2000, totalMs: 3000 },
    qemu: { version: '8.2.0', sandbox: true },
    ...rest,
  };
}
