// Asks a guest that hangs why, within ten seconds, in the order of what the answers are worth: the machine for the state of
// its CPUs, then the kernel by magic SysRq on its console (Documentation/admin-guide/sysrq.rst), then the display.
// A CPU that spins with interrupts off cannot answer SysRq. The debugger lets interrupts in from outside, and the kernel
// itself then prints where it was interrupted, by its own table of symbols.
import type { Duplex } from 'node:stream';
import type { CpuSample, MachineAnswers } from '../../model/hang.ts';
import { attachDebugger, type CpuRegisters } from './gdb.ts';
import { pause, waitForQuiet, waitUntil, type Ear } from './wait.ts';

/** What a machine can be asked by. */
export interface Means {
  /** A QMP command; rejects where QEMU refuses it or ends. */
  qmp(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** The connection that `gdbserver chardev:gdb` takes. */
  readonly gdb: Duplex;
  /** Types on the console. */
  type(text: string): void;
  readonly ear: Ear;
}

export interface Inquiry {
  readonly registers: CpuRegisters;
  /** User space had begun. */
  readonly userspace: boolean;
  /** File for a picture of the display, where there is one, without its extension. */
  readonly screenFile: string;
  /** What was asked and answered, but for the console's part. */
  note(text: string): void;
  /** Whether the answers so far tell where it hangs: then the long list of all tasks is not asked for. */
  explained(machine: MachineAnswers): boolean;
}

/** All questions together. */
const limitMs = 10_000;
const samples = 3;
const sampleMs = 120;
/** The instructions of a loop that waits for something by itself. */
const tightLoopBytes = 64n;
/** A busy host may be slow to let the guest answer. */
const firstAnswerMs = 2000;
const answerMs = 1500;
/** The list of all tasks is 100 KB and more. */
const allTasksMs = 4000;

/** Asks. Never rejects; what was not answered in its share of time, or before `signal` aborts, is left out. */
export async function diagnose(means: Means, inquiry: Inquiry, signal: AbortSignal): Promise<MachineAnswers> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const attempt = async <T>(what: string, ms: number, ask: (share: AbortSignal) => Promise<T>): Promise<T | undefined> => {
    if (limit.aborted) return undefined;
    inquiry.note(`# ${what}\n`);
    const share = AbortSignal.any([limit, AbortSignal.timeout(ms)]);
    try {
      return await Promise.race([ask(share), rejection(share)]);
    } catch (error) {
      inquiry.note(`no answer: ${error instanceof Error ? error.message : String(error)}\n`);
      return undefined;
    }
  };
  const monitor = async (line: string): Promise<string> => String(await means.qmp('human-monitor-command', { 'command-line': line }));

  await attempt('query-status', 500, async () => inquiry.note(`${JSON.stringify(await means.qmp('query-status'))}\n`));
  await attempt('info registers -a', 500, async () => inquiry.note(`${(await monitor('info registers -a')).replaceAll('\r', '')}\n`));
  const cpus = await attempt('state of the CPUs', 2500, (share) => inspectCpus(means, monitor, inquiry, share));
  const screen = await attempt('screendump', 800, () => dumpScreen(means, inquiry.screenFile));
  const machine: MachineAnswers = { cpus: cpus?.samples ?? [], unmasked: cpus?.unmasked ?? [], ...(screen === undefined ? {} : { screen }) };
  await askKernel(means, inquiry, machine, attempt);
  return machine;
}

type Attempt = <T>(what: string, ms: number, ask: (share: AbortSignal) => Promise<T>) => Promise<T | undefined>;

interface Cpus {
  readonly samples: readonly (readonly CpuSample[])[];
  readonly unmasked: readonly number[];
}

/** Looks several times, and lets interrupts in where a CPU ran without them each time and printed nothing. */
async function inspectCpus(means: Means, monitor: (line: string) => Promise<string>, inquiry: Inquiry, signal: AbortSignal): Promise<Cpus> {
  const { registers, userspace } = inquiry;
  const { gdb, ear } = means;
  const heard = ear.bytes();
  const looks: (readonly CpuSample[])[] = [];
  let unmasked: readonly number[] = [];
  let perCpu: readonly (readonly CpuSample[])[] = [];
  try {
    await monitor('gdbserver chardev:gdb');
    const inspector = await attachDebugger(gdb, registers, signal);
    looks.push(await inspector.sample());
    while (looks.length < samples) {
      inspector.resume();
      await pause(sampleMs, signal);
      await inspector.stop();
      looks.push(await inspector.sample());
    }
    perCpu = (looks[0] ?? []).map((_, cpu) => looks.flatMap((look) => look[cpu] ?? []));
    if (ear.bytes() === heard) unmasked = [...perCpu.keys()].filter((cpu) => isStuck(perCpu[cpu] ?? [], userspace));
    for (const cpu of unmasked) await inspector.unmask(cpu);
    await inspector.detach();
  } finally {
    // Whatever went wrong: a machine that stands still answers nothing else.
    await means.qmp('cont').catch(() => undefined);
  }
  for (const [cpu, seen] of perCpu.entries()) {
    const states = seen.map(({ pc, masked, halted }) => `0x${pc} ${halted ? 'halted' : 'running'}${masked ? ', interrupts off' : ''}`);
    inquiry.note(`CPU ${cpu}: ${states.join('; ')}${unmasked.includes(cpu) ? '; interrupts let in' : ''}\n`);
  }
  return { samples: perCpu, unmasked };
}

/** A CPU that takes no interrupts and does not wait for any. While a kernel starts that is its way: only a tight loop counts then. */
function isStuck(seen: readonly CpuSample[], userspace: boolean): boolean {
  if (!seen.every(({ masked, halted }) => masked && !halted)) return false;
  const counters = seen.map(({ pc }) => BigInt(`0x${pc}`));
  return userspace || counters.every((one) => counters.every((other) => one - other <= tightLoopBytes));
}

/** Presses magic keys as long as the kernel answers. */
async function askKernel(means: Means, inquiry: Inquiry, machine: MachineAnswers, attempt: Attempt): Promise<void> {
  const { ear } = means;
  const wasStuck = machine.unmasked.length > 0;
  const press = (key: string, ms: number): Promise<boolean | undefined> =>
    attempt(`sysrq ${key}`, ms + 500, async (share) => {
      const heard = ear.bytes();
      await means.qmp('chardev-send-break', { id: 'console' });
      means.type(key);
      const answered = await waitUntil(() => ear.bytes() > heard, Math.min(ms, firstAnswerMs), share);
      if (answered) await waitForQuiet(ear, ms, share);
      return answered;
    });
  // Loglevel 7: the lines about tasks are of level 6, and an init may have asked for less.
  if (await press('7', firstAnswerMs) !== true) return;
  // Of a CPU that was stuck the backtrace tells most, and it is stuck no longer than until something else runs. One that is
  // busy is looked at twice: where it is both times is where it hangs.
  const { cutBacktrace = false } = inquiry.registers;
  const cpus = cutBacktrace ? ['p', 'l'] : ['l'];
  // The first look at one that was stuck may fall into the interrupts that waited for it.
  for (const key of wasStuck ? [...(cutBacktrace ? ['p'] : []), ...cpus, 'w'] : ['w', ...cpus]) await press(key, answerMs);
  // Where nothing runs, the list of all tasks tells most: a slow host may leave no time for what comes after it.
  const looksBusy = inquiry.explained(machine);
  if (!looksBusy) await press('t', allTasksMs);
  for (const key of wasStuck ? ['m'] : ['m', ...cpus]) await press(key, answerMs);
  // An idle CPU may have been seen in the midst of an interrupt.
  if (looksBusy && !inquiry.explained(machine)) await press('t', allTasksMs);
}

async function dumpScreen(means: Means, file: string): Promise<'png' | 'ppm'> {
  // PNG since QEMU 7.1, where it was built with it.
  if (await means.qmp('screendump', { filename: `${file}.png`, format: 'png' }).then(() => true, () => false)) return 'png';
  await means.qmp('screendump', { filename: `${file}.ppm` });
  return 'ppm';
}

const rejection = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const refuse = (): void => reject(new Error(signal.reason instanceof Error && signal.reason.name === 'TimeoutError' ? 'not in time' : 'the guest was ended'));
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
