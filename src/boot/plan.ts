// What QEMU is asked to do for one cell: equal input, equal plan. Pure, so that it can be printed instead of carried out.
import type { Accel, Arch } from '../model/arch.ts';
import type { BootPlan, Limits } from '../model/boot.ts';
import { HarnessError } from '../model/errors.ts';
import { bare, board, label, linux, network, randomness, sandbox, size, type Device } from './devices.ts';
import { checkMemory } from './memory.ts';

/** Everything a plan depends on. `Cell`, `Kernel` and `Image` of the model fit in. */
export interface BootRequest {
  readonly cell: {
    readonly id: string;
    readonly case: { readonly memory: number; readonly cpus: number; readonly network: boolean; readonly cmdline: readonly string[] };
    readonly kernel: { readonly cmdline: readonly string[] };
  };
  readonly arch: Arch;
  readonly accel: Accel;
  readonly kernel: { readonly image: string };
  /** The file made by `composeInitrd`. */
  readonly initrd: string;
  readonly image: { readonly cmdline: readonly string[]; readonly unpackedBytes: number; readonly segments: readonly { readonly bytes: number }[] };
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
  const { cell, arch, accel, kernel, initrd, image } = request;
  const devices = [
    label(cell.id),
    board(arch, accel, request.qemu.version),
    size(cell.case.cpus, cell.case.memory),
    bare,
    ...(request.qemu.sandbox ? [sandbox] : []),
    randomness(arch),
    ...(cell.case.network ? [network(arch)] : []),
    linux(arch, kernel.image, initrd),
  ];
  checkMemory({ cell: cell.id, memory: cell.case.memory, initrdBytes: sum(image.segments.map((segment) => segment.bytes)), unpackedBytes: image.unpackedBytes, arch });
  const cmdline = kernelCommandLine(arch, devices, [...image.cmdline, ...cell.kernel.cmdline, ...cell.case.cmdline]);
  return {
    cell: cell.id,
    arch: arch.name,
    accel,
    binary: arch.qemu.binary,
    argv: [...devices.flatMap((device) => device.argv), '-append', cmdline],
    kernel: kernel.image,
    initrd,
    cmdline,
    limits: request.limits,
  };
}

// An oops ends the boot, for what runs after it proves nothing. Words written later win: the user's over ours,
// but for the console, as the last one named becomes /dev/console.
function kernelCommandLine(arch: Arch, devices: readonly Device[], asked: readonly string[]): string {
  const ours = devices.flatMap((device) => device.cmdline ?? []);
  const isConsole = (word: string): boolean => word.startsWith('console=');
  const line = ['oops=panic', 'printk.time=1', ...ours.filter((word) => !isConsole(word)), ...asked, ...ours.filter(isConsole)].join(' ');
  const bytes = new TextEncoder().encode(line).length;
  if (bytes > arch.cmdlineMax) {
    throw new HarnessError('CMDLINE_TOO_LONG', `the kernel command line has ${bytes} bytes; on ${arch.name} a kernel reads ${arch.cmdlineMax}`, {
      hint: 'shorten "cmdline" of the case and the kernel, or kernel.cmdline of the image; a file in the image can hold longer settings',
    });
  }
  return line;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
