// Small projects as data for the tests of the matrix.
import { CaseFileSchema, type Case } from '../../../src/model/case.ts';
import type { Arch } from '../../../src/model/arch.ts';
import type { Cell } from '../../../src/model/cell.ts';
import { HarnessSchema, type HarnessConfig } from '../../../src/model/harness.ts';
import { KernelFileSchema, type KernelSpec } from '../../../src/model/kernel.ts';
import type { Project } from '../../../src/model/project.ts';

const none = { startMs: 0, images: [] };
const firmware: Readonly<Record<string, Arch['firmware']>> = { x86_64: { bios: none, uefi: none }, aarch64: { uefi: none } };
const arch = (name: string, aliases: readonly string[]): Arch => ({
  name, aliases, debian: name, multiarch: `${name}-linux-gnu`, oci: { architecture: name }, hosts: [], firmware: firmware[name] ?? {}, efi: name, cdrom: ['scsi-cd'], console: 'ttyS0', cmdline: [], cmdlineMax: 2047,
  kernelFormats: ['elf'], elfMachine: 62, tcgScale: 2, reservedMemory: 0, registers: { pc: 16, flags: 17, interruptBit: 0x200, interruptsWhen: 'set' }, calls: { bits: 64, numbers: { openat: 257, read: 0, write: 1, close: 3, ioctl: 16, mount: 165, mkdirat: 258, symlinkat: 266, chdir: 80, chroot: 161, clock_settime: 227, sethostname: 170, syslog: 103, reboot: 169, memfd_create: 319, sendfile: 40, fcntl: 72, exit: 60 }, code: '' },
  qemu: { binary: `qemu-system-${name}`, package: 'qemu-system', machine: { tcg: 'virt' }, cpu: { tcg: 'max', kvm: 'host', hvf: 'host' }, virtio: 'pci' },
});
export const archs = [arch('x86_64', ['amd64']), arch('aarch64', ['arm64']), arch('arm', ['armhf'])];

export const makeCase = (name: string, file: object = {}): Case => ({
  ...CaseFileSchema.parse({ summary: name, ...file }),
  expect: [{ protocol: 'ktap', ordered: false }],
  name, dir: `/p/cases/${name}`, file: `/p/cases/${name}/case.yaml`, source: { file: `cases/${name}/case.yaml`, line: 1 },
});

export const makeKernel = (name: string, release = name, arch?: readonly string[]): KernelSpec => ({
  ...KernelFileSchema.parse({ release, source: { type: 'file', path: 'bzImage' } }),
  ...(arch === undefined ? {} : { arch: [...arch] }),
  name, file: `/p/kernels/${name}.yaml`,
});

export const makeProject = (cases: readonly Case[], kernels: readonly KernelSpec[], config: HarnessConfig = {}): Pick<Project, 'harness' | 'cases' | 'kernels'> =>
  ({ harness: HarnessSchema.parse(config), cases, kernels });

export const ids = (cells: readonly Cell[]): readonly string[] => cells.map(({ id }) => id);
