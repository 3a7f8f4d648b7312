// QEMU's gdbstub, as far as a hang needs it: where each CPU is, whether it takes interrupts, and making it take them.
// https://sourceware.org/gdb/current/onlinedocs/gdb.html/Remote-Protocol.html
import type { Duplex } from 'node:stream';
import type { Arch } from '../../model/arch.ts';
import type { CpuSample } from '../../model/hang.ts';

/** What has to be known of an architecture's registers. */
export type CpuRegisters = Arch['registers'];

/** A machine under the debugger. Each call waits for QEMU's answer and rejects when the signal aborts. */
export interface Debugger {
  /** What each CPU does; the machine has to be stopped. */
  sample(): Promise<readonly CpuSample[]>;
  /** Makes a CPU, counted from 0, take interrupts; the machine has to be stopped. */
  unmask(cpu: number): Promise<void>;
  /** Lets the machine run. */
  resume(): void;
  /** Stops it again. */
  stop(): Promise<void>;
  /** Lets the machine run and leaves it. */
  detach(): Promise<void>;
}

/** Takes the connection of a gdbstub that has just stopped the machine. */
export async function attachDebugger(socket: Duplex, registers: CpuRegisters, signal: AbortSignal): Promise<Debugger> {
  const next = packets(socket, signal);
  const ask: Ask = (packet) => {
    socket.write(encodePacket(packet));
    return next();
  };
  // Without this QEMU 7 does not let single registers be read.
  const target = await describe(ask, 'target.xml');
  const flagsNumber = typeof registers.flags === 'number' ? registers.flags : await findRegister(ask, target, registers.flags);
  const threads = await listThreads(ask);

  const choose = async (cpu: number): Promise<string> => {
    const thread = threads[cpu] ?? '1';
    await ask(`Hg${thread}`);
    return thread;
  };
  const read = async (number: number): Promise<bigint> => littleEndian(await ask(`p${number.toString(16)}`));
  const readFlags = (): Promise<string> => ask(`p${flagsNumber.toString(16)}`);
  return {
    async sample() {
      const samples: CpuSample[] = [];
      for (const cpu of threads.keys()) {
        const thread = await choose(cpu);
        const flags = littleEndian(await readFlags());
        const pc = (await read(registers.pc)).toString(16);
        const state = Buffer.from(await ask(`qThreadExtraInfo,${thread}`), 'hex').toString();
        samples.push({ pc, masked: isMasked(flags, registers), halted: state.includes('halted') });
      }
      return samples;
    },
    async unmask(cpu) {
      await choose(cpu);
      const bit = BigInt(registers.interruptBit);
      const hex = await readFlags();
      const flags = littleEndian(hex);
      const value = registers.interruptsWhen === 'set' ? flags | bit : flags & ~bit;
      const answer = await ask(`P${flagsNumber.toString(16)}=${toLittleEndian(value, hex.length / 2)}`);
      if (answer !== 'OK') throw new Error(`QEMU does not write the register (${answer})`);
    },
    resume: () => void socket.write(encodePacket('c')),
    async stop() {
      socket.write('\x03');
      await next();
    },
    async detach() {
      await ask('D');
    },
  };
}

const isMasked = (flags: bigint, { interruptBit, interruptsWhen }: CpuRegisters): boolean => ((flags & BigInt(interruptBit)) === 0n) === (interruptsWhen === 'set');

async function listThreads(ask: Ask): Promise<readonly string[]> {
  const threads: string[] = [];
  for (let answer = await ask('qfThreadInfo'); answer.startsWith('m'); answer = await ask('qsThreadInfo')) threads.push(...answer.slice(1).split(','));
  return threads;
}

/** A register as the gdbstub writes it; all of our architectures run little-endian. */
function littleEndian(hex: string): bigint {
  if (!/^(?:[0-9a-f]{2})+$/.test(hex)) throw new Error(`no register (${hex})`);
  return BigInt(`0x${Buffer.from(hex, 'hex').reverse().toString('hex')}`);
}

function toLittleEndian(value: bigint, bytes: number): string {
  return Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex').reverse().toString('hex');
}

type Ask = (packet: string) => Promise<string>;

/** A file of the description that the gdbstub has of its machine, which comes in pieces: `m` before all but the last. */
async function describe(ask: Ask, file: string): Promise<string> {
  let text = '';
  for (;;) {
    const answer = await ask(`qXfer:features:read:${file}:${text.length.toString(16)},ffb`);
    text += answer.slice(1);
    if (!answer.startsWith('m')) return text;
  }
}

/** The number that this QEMU gives to a register. */
async function findRegister(ask: Ask, target: string, name: string): Promise<number> {
  for (const [, file = ''] of target.matchAll(/<xi:include href="([^"]+)"/g)) {
    const [, number] = new RegExp(`<reg name="${name}"[^>]* regnum="(\\d+)"`).exec(await describe(ask, file)) ?? [];
    if (number !== undefined) return Number(number);
  }
  throw new Error(`QEMU knows no register ${name}`);
}

/** `$text#checksum`. */
export function encodePacket(text: string): string {
  const sum = Buffer.from(text).reduce((total, byte) => (total + byte) & 0xff, 0);
  return `$${text}#${sum.toString(16).padStart(2, '0')}`;
}

/** Gives the packets of a connection one by one and acknowledges them. */
function packets(socket: Duplex, signal: AbortSignal): () => Promise<string> {
  let rest = '';
  const read: string[] = [];
  let waiting: { readonly resolve: (packet: string) => void; readonly reject: (error: Error) => void } | undefined;
  signal.addEventListener('abort', () => waiting?.reject(new Error('the gdbstub did not answer')), { once: true });
  socket.on('data', (chunk: Buffer) => {
    rest += chunk.toString('latin1');
    for (let match = /\$([^#]*)#../.exec(rest); match !== null; match = /\$([^#]*)#../.exec(rest)) {
      rest = rest.slice(match.index + match[0].length);
      socket.write('+');
      read.push(match[1] ?? '');
    }
    if (waiting === undefined || read.length === 0) return;
    waiting.resolve(read.shift() ?? '');
    waiting = undefined;
  });
  return async () => {
    signal.throwIfAborted();
    const packet = read.shift();
    if (packet !== undefined) return packet;
    return new Promise<string>((resolve, reject) => (waiting = { resolve, reject }));
  };
}
