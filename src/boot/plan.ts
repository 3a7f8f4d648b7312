// What QEMU is asked to do for one cell: equal input, equal plan. Pure, so that it can be printed instead of carried out.
import type { Accel, Arch } from '../model/arch.ts';
import type { BootPlan, Limits } from '../model/boot.ts';
import { HarnessError } from '../model/errors.ts';
import { bare, board, drive, label, linux, medium as bootMedium, memoryFile, network, randomness, resultsPort, sandbox, size, type Device, type DriveFile, type MediumFile, type MemoryFile } from './devices.ts';
import { guestMemory } from './memory.ts';

/** Everything a plan depends on. `Cell`, `Kernel` and `Image` of the model fit in. */
export interface BootRequest {
  readonly cell: {
    readonly id: string;
    readonly case: { readonly memory?: number | undefined; readonly cpus: number; readonly network: boolean; readonly results: 'console' | 'port'; readonly cmdline: readonly string[] };
    readonly kernel: { readonly cmdline: readonly string[] };
  };
  readonly arch: Arch;
  readonly accel: Accel;
  readonly kernel: { readonly image: string };
  /** The file made by `composeInitrd`. */
  readonly initrd: string;
  readonly image: { readonly cmdline: readonly string[]; readonly unpackedBytes: number; readonly segments: readonly { readonly bytes: number }[] };
  /** Ports of the guest to reach; any makes a network. */
  readonly ports?: readonly number[];
  readonly drives?: readonly DriveFile[];
  /** A drive the guest writes to, and its size. */
  readonly scratch?: DriveFile & { readonly bytes: number };
  /** The root file system of the case, for a guest that boots to wait for it: the last of the drives. */
  readonly payload?: DriveFile | undefined;
  /** Where the guest's memory lies; undefined: nowhere that outlives it. */
  readonly memoryFile?: MemoryFile | undefined;
  /** What firmware boots from, with the command line written into it; without one QEMU itself loads kernel and initrd. */
  readonly medium?: MediumFile | undefined;
  /** Already stretched for the accelerator. */
  readonly limits: Limits;
  /** This QEMU, as `findQemu` describes it: its version, and whether it has the seccomp sandbox. */
  readonly qemu: { readonly version: string; readonly sandbox: boolean };
}

/**
 * Plans one boot.
 * @throws HarnessError `CMDLINE_TOO_LONG`, `IMAGE_TOO_BIG`: what would fail in the guest without a word.
 */
export function planBoot(request: BootRequest): BootPlan {
  const { cell, arch, accel, kernel, initrd, image, ports = [], drives = [], scratch, payload, medium } = request;
  const memory = guestMemory({ memory: cell.case.memory, initrdBytes: sum(image.segments.map((segment) => segment.bytes)), unpackedBytes: image.unpackedBytes, arch });
  const devices = [
    label(cell.id),
    board(arch, accel, request.qemu.version),
    size(cell.case.cpus, memory),
    ...(request.memoryFile === undefined ? [] : [memoryFile(request.memoryFile, memory)]),
    bare,
    ...(request.qemu.sandbox ? [sandbox] : []),
    randomness(arch),
    ...(cell.case.network || ports.length > 0 ? [network(arch, ports)] : []),
    ...[...drives, ...(scratch === undefined ? [] : [scratch]), ...(payload === undefined ? [] : [payload])].map((file) => drive(arch, file)),
  ];
  const start = medium === undefined ? linux(arch, kernel.image, initrd) : bootMedium(arch, medium);
  const cmdline = kernelCommandLine(arch, [...devices, start], [...image.cmdline, ...cell.kernel.cmdline, ...cell.case.cmdline]);
  return {
    cell: cell.id,
    arch: arch.name,
    accel,
    binary: arch.qemu.binary,
    argv: [...devices.flatMap(({ argv }) => argv), ...(hasStarted(request) ? [] : [...start.argv, ...(medium === undefined ? ['-append', cmdline] : [])])],
    kernel: kernel.image,
    initrd,
    cmdline,
    memory,
    limits: request.limits,
    ...(cell.case.results === 'port' ? { resultsPort: resultsPort(arch).argv } : {}),
    ...(ports.length === 0 ? {} : { ports }),
    ...(scratch === undefined ? {} : { scratch: [{ path: scratch.path, bytes: scratch.bytes }] }),
  };
}

/** Whether all that QEMU would load is in the memory file already: a kernel takes time to read, and room in each of many copies. */
const hasStarted = ({ arch, memoryFile: file }: BootRequest): boolean => file?.shared === false && arch.qemu.kernelInMemory === true;

/** What a guest is like wherever it boots: for media, and for machines that are not QEMU's. A boot loader may add some bytes to its command line. */
export function planGuest({ cell, arch, image }: Pick<BootRequest, 'cell' | 'arch' | 'image'>, addedBytes = 0): { readonly memory: number; readonly cmdline: string } {
  const initrdBytes = sum(image.segments.map((segment) => segment.bytes));
  const memory = guestMemory({ memory: cell.case.memory, initrdBytes, unpackedBytes: image.unpackedBytes, arch });
  return { memory, cmdline: kernelCommandLine(arch, [bare, linux(arch, '', '')], [...image.cmdline, ...cell.kernel.cmdline, ...cell.case.cmdline], addedBytes) };
}

// An oops ends the boot, for what runs after it proves nothing. Distributions forbid the SysRq keys that a hang is asked by. Words written later win: the user's over ours,
// but for the console, as the last one named becomes /dev/console.
function kernelCommandLine(arch: Arch, devices: readonly Device[], asked: readonly string[], addedBytes = 0): string {
  const ours = devices.flatMap((device) => device.cmdline ?? []);
  const isConsole = (word: string): boolean => word.startsWith('console=');
  const line = ['oops=panic', 'printk.time=1', 'sysrq_always_enabled', ...ours.filter((word) => !isConsole(word)), ...asked, ...ours.filter(isConsole)].join(' ');
  const bytes = new TextEncoder().encode(line).length + addedBytes;
  if (bytes > arch.cmdlineMax) {
    throw new HarnessError('CMDLINE_TOO_LONG', `the kernel command line has ${bytes} bytes; on ${arch.name} a kernel reads ${arch.cmdlineMax}`, {
      hint: 'shorten "cmdline" of the case and the kernel, or kernel.cmdline of the image; a file in the image can hold longer settings',
    });
  }
  return line;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
