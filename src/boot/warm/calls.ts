// What a copy of a waiting guest does until it enters the root file system of its case, as a list of system calls. Busybox would
// do it in eight processes, each of which costs an emulated guest tens of milliseconds, and has no applet for two of them:
// all copies of one moment have the same random numbers to come. A program of some thirty instructions, whose machine code is
// in src/arch, carries the list out:
//
//   read(0, data, 56); read(3, calls, 4096);
//   for (each call) { result = syscall(number, five arguments); if (result < 0 && status != 0) exit(status); }
//   number < 0: execve(path, the program's own arguments with the path as name, its own environment)
//
// https://refspecs.linuxfoundation.org/elf/elf.pdf, and the manual pages of the calls.
import type { Arch, CallName } from '../../model/arch.ts';
import { HarnessError } from '../../model/errors.ts';

/** Where the program and what it reads lie. */
const base = 0x10000;
const dataAt = 0x11000;
const callsAt = 0x12000;
const callsBytes = 4096;
const end = 0x13000;

/** An argument: a number, or the address of a text. */
type Argument = number | string;

interface Call {
  /** `enter`: execve(2) of the first argument, in place of the program. */
  readonly name: CallName | 'enter';
  readonly args: readonly Argument[];
  /** With which the program ends where the call fails; undefined: it goes on. */
  readonly status?: number;
}

const CLOCK_REALTIME = 0;
const RNDADDENTROPY = 0x4008_5203;
const RNDRESEEDCRNG = 0x5207;
const CONSOLE_OFF = 6;
const CONSOLE_ON = 7;
const MS_RDONLY = 1;
const MS_MOVE = 8192;
const MNT_DETACH = 2;
/** Descriptors that builtin:template opens: of the list, and of /dev/random. */
const listFile = 3;
const randomFile = 5;
const errors = 2;

/** The kernel's messages are for its own memory alone. */
export const silence: readonly Call[] = [
  { name: 'syslog', args: [CONSOLE_OFF, 0, 0] },
  { name: 'exit', args: [0] },
];

/** Gives the copy time and random numbers of its own, mounts its root and enters it. Its first status says which call has failed. */
export function enterPayload(drive: string, format: string): readonly Call[] {
  return [
    { name: 'clock_settime', args: [CLOCK_REALTIME, dataAt], status: 11 },
    // Adding entropy alone does not do: a kernel whose generator is ready waits for minutes before it takes a new seed.
    { name: 'ioctl', args: [randomFile, RNDADDENTROPY, dataAt + 16], status: 12 },
    { name: 'ioctl', args: [randomFile, RNDRESEEDCRNG, 0], status: 13 },
    { name: 'mount', args: [drive, '/layers/lower', format, MS_RDONLY, 0], status: 14 },
    { name: 'mount', args: ['overlay', '/root', 'overlay', 0, 'lowerdir=/layers/lower,upperdir=/layers/upper,workdir=/layers/work'], status: 15 },
    ...['/dev', '/sys', '/proc'].map((path): Call => ({ name: 'umount2', args: [path, MNT_DETACH], status: 16 })),
    { name: 'syslog', args: [CONSOLE_ON, 0, 0] },
    // All that the waiting guest had open but the console.
    { name: 'dup3', args: [errors, 0, 0], status: 17 },
    { name: 'close', args: [listFile] },
    { name: 'close', args: [randomFile] },
    { name: 'chdir', args: ['/root'], status: 18 },
    { name: 'mount', args: ['.', '/', 0, MS_MOVE, 0], status: 19 },
    { name: 'chroot', args: ['.'], status: 20 },
    { name: 'chdir', args: ['/'], status: 21 },
    { name: 'write', args: [errors, entryLine, entryLine.length] },
    { name: 'enter', args: ['/init'] },
  ];
}

/** What is printed last: before it nothing is a doing of the case. */
export const entryLine = 'kit-test: payload\n';

/** The list as the program reads it. */
export function encodeCalls(calls: readonly Call[], { calls: { bits, numbers } }: Pick<Arch, 'calls'>): Buffer {
  const word = bits / 8;
  const record = 8 * word;
  const list = Buffer.alloc(calls.length * record);
  const texts: Buffer[] = [];
  let next = callsAt + list.length;
  const put = (value: number, offset: number): void => {
    if (bits === 64) list.writeBigInt64LE(BigInt(value), offset);
    else list.writeInt32LE(value, offset);
  };
  const place = (argument: Argument): number => {
    if (typeof argument === 'number') return argument;
    const text = Buffer.from(`${argument}\0`);
    const at = next;
    next += text.length;
    texts.push(text);
    return at;
  };
  for (const [index, { name, args, status = 0 }] of calls.entries()) {
    const words = [name === 'enter' ? -1 : numbers[name], ...Array.from({ length: 5 }, (_, each) => place(args[each] ?? 0)), status];
    for (const [each, value] of words.entries()) put(value, index * record + each * word);
  }
  const bytes = Buffer.concat([list, ...texts]);
  if (bytes.length > callsBytes) throw new HarnessError('NO_WARM_START', `its ${calls.length} calls take ${bytes.length} bytes, of which a guest reads ${callsBytes}`);
  return bytes;
}

/** The program as an ELF file. */
export function callsProgram({ calls, elfMachine }: Pick<Arch, 'calls' | 'elfMachine'>): Buffer {
  const code = Buffer.from(calls.code, 'hex');
  return calls.bits === 64 ? elf64(code, elfMachine) : elf32(code, elfMachine, calls.flags ?? 0);
}

const identity = (bits: 32 | 64): Buffer => Buffer.from([0x7f, 0x45, 0x4c, 0x46, bits === 64 ? 2 : 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const executable = 2;
const load = 1;
const all = 4 | 2 | 1;
/** A segment that says that the stack is not to be executed (PT_GNU_STACK): a kernel complains where it is not said. */
const stack = 0x6474_e551;
const writable = 4 | 2;

function elf64(code: Buffer, machine: number): Buffer {
  const head = Buffer.alloc(176);
  identity(64).copy(head);
  head.writeUInt16LE(executable, 16);
  head.writeUInt16LE(machine, 18);
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(BigInt(base + head.length), 24);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(64, 52);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(2, 56);
  head.writeUInt32LE(load, 64);
  head.writeUInt32LE(all, 68);
  const size = BigInt(head.length + code.length);
  for (const [at, value] of [[72, 0n], [80, BigInt(base)], [88, BigInt(base)], [96, size], [104, BigInt(end - base)], [112, 0x1000n]] as const) head.writeBigUInt64LE(value, at);
  head.writeUInt32LE(stack, 120);
  head.writeUInt32LE(writable, 124);
  return Buffer.concat([head, code]);
}

function elf32(code: Buffer, machine: number, flags: number): Buffer {
  const head = Buffer.alloc(116);
  identity(32).copy(head);
  head.writeUInt16LE(executable, 16);
  head.writeUInt16LE(machine, 18);
  const size = head.length + code.length;
  for (const [at, value] of [[20, 1], [24, base + head.length], [28, 52], [36, flags], [52, load], [56, 0], [60, base], [64, base], [68, size], [72, end - base], [76, all], [80, 0x1000], [84, stack], [108, writable]] as const) head.writeUInt32LE(value, at);
  head.writeUInt16LE(52, 40);
  head.writeUInt16LE(32, 42);
  head.writeUInt16LE(2, 44);
  return Buffer.concat([head, code]);
}

/** What is typed to wake a copy: the calls' data, in escapes of the shell's printf. `random` are 32 bytes of this machine's. */
export function thawLine(nowMs: number, random: Uint8Array): string {
  const data = Buffer.alloc(56);
  // struct timespec of 64 bits.
  data.writeBigInt64LE(BigInt(Math.floor(nowMs / 1000)), 0);
  data.writeBigInt64LE(BigInt(Math.floor(nowMs % 1000)) * 1_000_000n, 8);
  // struct rand_pool_info: bits, bytes, the bytes.
  data.writeInt32LE(256, 16);
  data.writeInt32LE(32, 20);
  data.set(random.subarray(0, 32), 24);
  return `${[...data].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}\n`;
}
