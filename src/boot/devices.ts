// The parts of a guest. Each is a small value: what it adds to QEMU's arguments and to the kernel command line.
// https://www.qemu.org/docs/master/system/invocation.html
import type { Accel, Arch } from '../model/arch.ts';
import { isAtLeast } from '../model/versions.ts';

/** One part of a guest. */
export interface Device {
  readonly argv: readonly string[];
  readonly cmdline?: readonly string[];
}

/** Board and CPU, and what runs the guest's instructions. */
export function board(arch: Arch, accel: Accel, qemuVersion: string): Device {
  const { machine, cpu, tcgQuirk } = arch.qemu;
  const type = accel === 'tcg' ? machine.tcg : (machine[accel] ?? machine.tcg);
  const isQuirky = accel === 'tcg' && tcgQuirk !== undefined && !isAtLeast(qemuVersion, tcgQuirk.before);
  return { argv: ['-machine', type, '-accel', accel, '-cpu', isQuirky ? tcgQuirk.cpu : cpu[accel]] };
}

/** Virtual CPUs and memory; QEMU counts memory in MiB. */
export function size(cpus: number, memoryBytes: number): Device {
  return { argv: ['-smp', `${cpus}`, '-m', `${Math.ceil(memoryBytes / 1024 ** 2)}M`] };
}

/** Nothing that was not asked for: no devices, no screen, no user's configuration; a reboot (and so a panic) ends QEMU. */
export const bare: Device = {
  argv: ['-no-user-config', '-nodefaults', '-display', 'none', '-no-reboot'],
  cmdline: ['panic=-1'],
};

/** QEMU's own seccomp filter. */
export const sandbox: Device = { argv: ['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'] };

/** Host randomness, for kernels that load virtio-rng. */
export function randomness(arch: Arch): Device {
  return { argv: ['-device', virtio(arch, 'rng')] };
}

/** A network card on QEMU's user network: DHCP answers, `restrict` keeps every packet away from the host and beyond. */
export function network(arch: Arch): Device {
  // Without a boot ROM: nothing boots from the network, and not every installation has the file.
  const rom = arch.qemu.virtio === 'pci' ? ',romfile=' : '';
  return { argv: ['-netdev', 'user,id=net0,restrict=on', '-device', `${virtio(arch, 'net')},netdev=net0${rom}`] };
}

/** Kernel, initrd and the console the kernel prints on. */
export function linux(arch: Arch, kernel: string, initrd: string): Device {
  return { argv: ['-kernel', kernel, '-initrd', initrd], cmdline: [...arch.cmdline, `console=${arch.console}`] };
}

/** What ps(1) shows; QEMU reads options in it, so commas are doubled. */
export function label(text: string): Device {
  return { argv: ['-name', text.replaceAll(',', ',,')] };
}

const virtio = (arch: Arch, kind: string): string => `virtio-${kind}-${arch.qemu.virtio}`;
