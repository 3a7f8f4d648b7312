// What a waiting guest does when its copy is woken: it gives the copy time and random numbers of its own, for all copies of one
// moment have the same ones to come, binds the drives of its case, mounts its root and enters it.
import { type Call, room, write } from '../calls.ts';
import { mount } from '../mount.ts';

const TCGETS = 0x5401;
const TCSETS = 0x5402;
const CLOCK_REALTIME = 0;
const RNDADDENTROPY = 0x4008_5203;
const RNDRESEEDCRNG = 0x5207;
const CONSOLE_OFF = 6;
const CONSOLE_ON = 7;

/** Descriptors that init.sh opens. */
const console = 0;
const errors = 2;
/** Settings of the terminal, and names of drives. */
const notes = 3;
const bind = 4;
const random = 5;

/** Node of the drive, beside the drivers' own that are not mounted any more. */
const payloadDrive = '/layers/payload';

/** struct termios: what of it is not used is zero. */
const terminalBytes = 64;
const nameBytes = 16;
const dataBytes = 56;
const terminalAt = room;
const dataAt = room + terminalBytes;
const namesAt = dataAt + 64;

/** Keeps the terminal's settings in `notes`, and the kernel's messages in its own memory. */
export const keepTerminal: readonly Call[] = [
  { name: 'syslog', args: [CONSOLE_OFF, 0, 0] },
  { name: 'ioctl', args: [console, TCGETS, terminalAt], status: 1 },
  { name: 'write', args: [notes, terminalAt, terminalBytes], status: 2 },
  { name: 'exit', args: [0] },
];

/** What a guest prints when it waits. */
export const waitingLine = 'kit-test: template';
/** What is printed last: before it nothing is a doing of the case. */
export const entryLine = 'kit-test: payload\n';

/** Waits to be woken, and enters the payload's drive, behind `drives` others. The status says which call has failed. */
export function waitAndEnter({ drives, format }: { readonly drives: number; readonly format: string }): readonly Call[] {
  return [
    { name: 'read', args: [notes, terminalAt, terminalBytes], status: 1 },
    { name: 'read', args: [notes, namesAt, nameBytes * drives], status: 2 },
    write(errors, `${waitingLine}\n`),
    { name: 'read', args: [console, dataAt, dataBytes], status: 3 },
    { name: 'ioctl', args: [console, TCSETS, terminalAt], status: 4 },
    { name: 'clock_settime', args: [CLOCK_REALTIME, dataAt], status: 11 },
    // Adding entropy alone does not do: a kernel whose generator is ready waits for minutes before it takes a new seed.
    { name: 'ioctl', args: [random, RNDADDENTROPY, dataAt + 16], status: 12 },
    { name: 'ioctl', args: [random, RNDRESEEDCRNG, 0], status: 13 },
    // In the order in which a cold boot names them.
    ...Array.from({ length: drives }, (_, index): Call => ({ name: 'write', args: [bind, namesAt + nameBytes * index, nameBytes], status: 14 })),
    { ...mount(payloadDrive, '/layers/lower', format, 'ro'), status: 15 },
    { ...mount('overlay', '/root', 'overlay', 'lowerdir=/layers/lower,upperdir=/layers/upper,workdir=/layers/work'), status: 16 },
    { name: 'syslog', args: [CONSOLE_ON, 0, 0] },
    // All that the waiting guest had open but the console.
    ...[notes, bind, random].map((descriptor): Call => ({ name: 'close', args: [descriptor] })),
    { name: 'chdir', args: ['/root'], status: 18 },
    { ...mount('.', '/', 'none', 'move'), status: 19 },
    { name: 'chroot', args: ['.'], status: 20 },
    { name: 'chdir', args: ['/'], status: 21 },
    write(errors, entryLine),
    { name: 'enter', args: ['/init'] },
  ];
}

/** What is typed to wake a copy: the time, and `seed`, 32 random bytes of this machine's. */
export function thawData(nowMs: number, seed: Uint8Array): Buffer {
  const data = Buffer.alloc(dataBytes);
  // struct timespec of 64 bits.
  data.writeBigInt64LE(BigInt(Math.floor(nowMs / 1000)), 0);
  data.writeBigInt64LE(BigInt(Math.floor(nowMs % 1000)) * 1_000_000n, 8);
  // struct rand_pool_info: bits, bytes, the bytes.
  data.writeInt32LE(256, 16);
  data.writeInt32LE(32, 20);
  data.set(seed.subarray(0, 32), 24);
  return data;
}
