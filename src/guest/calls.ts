// What a guest does between two programs, as a list of system calls. Busybox would do it in a process for each line, which costs
// an emulated guest tens of milliseconds every time, and has no applet for some of them. A program of some twenty instructions,
// whose machine code is in src/arch, carries the list out:
//
//   for (each call) { result = syscall(number, five arguments); if (result < 0 && status != 0) exit(status); }
//   number < 0: execve(path, the program's own arguments with the path as name, its own environment)
//
// See the manual pages of the calls.
import type { Arch, CallName } from '../model/arch.ts';
import { InternalError } from '../model/errors.ts';
import { elfProgram } from './elf.ts';

/** Where the program lies, its list, and room for what calls read. The machine code knows the list's address. */
const base = 0x10000;
const listAt = 0x11000;
/** Address of a page of room, behind the list: zeros, until a call reads something. */
export const room = 0x13000;
const end = 0x14000;

/** An argument: a number, or the address of a text. */
type Argument = number | string;

export interface Call {
  /** `enter`: execve(2) of the first argument, in place of the program. */
  readonly name: CallName | 'enter';
  readonly args: readonly Argument[];
  /** With which the program ends where the call fails; undefined: it goes on. */
  readonly status?: number;
}

/** The call of an interface whose addresses are relative to the working directory. */
export const AT_FDCWD = -100;

/** Writes a text to a descriptor. */
export const write = (descriptor: number, text: string): Call => ({ name: 'write', args: [descriptor, text, text.length] });

/** A program that makes the calls, as an ELF file. The list ends with `enter` or `exit`. */
export function callsProgram(calls: readonly Call[], { calls: abi, elfMachine: machine }: Pick<Arch, 'calls' | 'elfMachine'>): Buffer {
  return elfProgram({ ...abi, machine, code: Buffer.from(abi.code, 'hex') }, { base, data: encodeCalls(calls, abi), dataAt: listAt, end });
}

/** The list as the program reads it: records of eight words, and behind them the texts that they name. */
export function encodeCalls(calls: readonly Call[], { bits, numbers }: Pick<Arch['calls'], 'bits' | 'numbers'>): Buffer {
  const word = bits / 8;
  const record = 8 * word;
  const list = Buffer.alloc(calls.length * record);
  const texts: Buffer[] = [];
  let next = listAt + list.length;
  const put = (value: number, offset: number): void => {
    if (bits === 64) list.writeBigInt64LE(BigInt(value), offset);
    else list.writeInt32LE(value | 0, offset);
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
  if (bytes.length > room - listAt) throw new InternalError(`${calls.length} calls take ${bytes.length} bytes of ${room - listAt}`);
  return bytes;
}
