// The parts of a guest. Each is a small value: what it adds to QEMU's arguments and to the kernel command line.
// https://www.qemu.org/docs/master/system/invocation.html
import type { Accel, Arch, FirmwareImages } from '../model/arch.ts';
import type { BootMedium } from '../model/case.ts';
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
  return { argv: ['-machine', type, '-accel', accel, '-cpu', isQuirky ? `${cpu.tcg},-${tcgQuirk.without}` : cpu[accel]] };
}

/** Virtual CPUs and memory; QEMU counts memory in MiB. */
export function size(cpus: number, memoryBytes: number): Device {
  return { argv: ['-smp', `${cpus}`, '-m', `${Math.ceil(memoryBytes / 1024 ** 2)}M`] };
}

/** A file that is the guest's memory: written to where it is shared, else read, and what the guest writes is forgotten with it. */
export interface MemoryFile {
  readonly path: string;
  readonly shared: boolean;
}

/** Memory that lies in a file, the same size as `size` says. */
export function memoryFile({ path, shared }: MemoryFile, memoryBytes: number): Device {
  const size = `${Math.ceil(memoryBytes / 1024 ** 2)}M`;
  return { argv: ['-machine', 'memory-backend=ram', '-object', `memory-backend-file,id=ram,size=${size},mem-path=${path.replaceAll(',', ',,')},share=${shared ? 'on' : 'off'}`] };
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

/**
 * A network card on QEMU's user network: DHCP answers, `restrict` keeps every packet away from the host and beyond.
 * Each of `ports` can be reached from this machine alone, by a port that QEMU asks the system for: none is ever taken twice.
 */
export function network(arch: Arch, ports: readonly number[] = []): Device {
  // Without a boot ROM: nothing boots from the network, and not every installation has the file.
  const rom = arch.qemu.virtio === 'pci' ? ',romfile=' : '';
  const forwards = ports.map((port) => `,hostfwd=tcp:127.0.0.1:0-:${port}`).join('');
  return { argv: ['-netdev', `user,id=net0,restrict=on${forwards}`, '-device', `${virtio(arch, 'net')},netdev=net0${rom}`] };
}

/** A file as a virtio disk, which the guest knows by its serial number. */
export interface DriveFile {
  readonly path: string;
  /** At most 20 bytes. */
  readonly serial: string;
  readonly writable?: boolean;
}

/** A raw file as a disk. What is written is for us alone, so no write waits for the disk below. */
export function drive(arch: Arch, { path, serial, writable }: DriveFile): Device {
  const id = `drive-${serial}`;
  const access = writable === true ? 'cache=unsafe' : 'readonly=on';
  return { argv: ['-drive', `if=none,id=${id},format=raw,${access},file=${path.replaceAll(',', ',,')}`, '-device', `${virtio(arch, 'blk')},drive=${id},serial=${serial}`] };
}

/** What the guest finds its port for results by: /sys/class/virtio-ports says it. */
export const resultsPortName = 'org.kit-test.results';

/**
 * A virtio-serial port that leads to the harness, by a channel which is made when QEMU starts (spawn.ts). Number 0 is a console's,
 * and each that there may be costs the guest memory.
 */
export function resultsPort(arch: Arch): Device {
  return { argv: ['-device', `${virtio(arch, 'serial')},max_ports=2`, '-device', `virtserialport,nr=1,chardev=results,name=${resultsPortName}`] };
}

/** Kernel, initrd and the console the kernel prints on. */
export function linux(arch: Arch, kernel: string, initrd: string): Device {
  return { argv: ['-kernel', kernel, '-initrd', initrd], cmdline: kernelWords(arch) };
}

/** A file that firmware boots from. */
export interface MediumFile {
  readonly name: BootMedium;
  readonly path: string;
  /** Undefined where QEMU brings the firmware. */
  readonly firmware?: FirmwareImages | undefined;
}

/** A CD or a disk, the first that firmware looks at. The files stay as they are: what a guest writes is forgotten with it. */
export function medium(arch: Arch, { name, path, firmware }: MediumFile): Device {
  const escaped = path.replaceAll(',', ',,');
  const isCd = name.startsWith('iso-');
  const format = name.startsWith('qcow2-') ? 'qcow2' : 'raw';
  const image = `if=none,id=medium,format=${format},${isCd ? 'media=cdrom,readonly=on' : 'snapshot=on'},file=${escaped}`;
  const [last = '', ...controllers] = isCd ? [...arch.cdrom].reverse() : [virtio(arch, 'blk')];
  const devices = [...controllers.reverse(), `${last},drive=medium,bootindex=0`].flatMap((device) => ['-device', device]);
  return { argv: [...(firmware === undefined ? [] : flash(firmware)), '-drive', image, ...devices], cmdline: kernelWords(arch) };
}

const flash = ({ code, vars }: FirmwareImages): readonly string[] => ['-drive', `if=pflash,format=raw,readonly=on,file=${code}`, '-drive', `if=pflash,format=raw,snapshot=on,file=${vars}`];

const kernelWords = (arch: Arch): readonly string[] => [...arch.cmdline, `console=${arch.console}`];

/** What ps(1) shows; QEMU reads options in it, so commas are doubled. */
export function label(text: string): Device {
  return { argv: ['-name', text.replaceAll(',', ',,')] };
}

const virtio = (arch: Arch, kind: string): string => `virtio-${kind}-${arch.qemu.virtio}`;
