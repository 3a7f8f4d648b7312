// What a hang was: the state of the CPUs as seen from outside × the kernel's answers → cause, place, words for people. Pure.
import type { HangReport, HungCpu, HungTask, MachineAnswers } from '../../model/hang.ts';
import { printableText } from '../clean.ts';
import { callTrace } from '../crashes/frames.ts';
import { findFunction } from '../crashes/function.ts';
import { reportLine } from '../crashes/report-line.ts';
import type { KernelAnswers, PrintedTask } from './answers.ts';
import { readCpu } from './cpu.ts';

/** What is told of a hang; where its files lie is added by who wrote them. */
export type Explanation = Omit<HangReport, 'log' | 'screen' | 'askedMs' | 'consoleBytes'>;

/** Explains a hang as well as the answers allow. */
export function explainHang(machine: MachineAnswers, kernel: KernelAnswers): Explanation {
  const cpus = allCpus(machine, kernel);
  const blocked = kernel.blocked.filter(({ state }) => state === 'D').map(readTask);
  const { memory } = kernel;
  return {
    ...findCause(cpus, blocked, kernel),
    cpus,
    blocked,
    ...(memory === undefined ? {} : { memory: `${mebibytes(memory.freeKb)} MiB free of ${mebibytes(memory.presentKb)} MiB` }),
  };
}

/** The answers tell more than that nothing runs. */
export function isExplained(machine: MachineAnswers, kernel: KernelAnswers): boolean {
  return kernel.blocked.some(({ state }) => state === 'D') || allCpus(machine, kernel).some(({ state }) => state === 'kernel' || state === 'user');
}

function findCause(cpus: readonly HungCpu[], blocked: readonly HungTask[], kernel: KernelAnswers): Pick<Explanation, 'cause' | 'where' | 'task' | 'function'> {
  const spinning = cpus.find(({ masked, state }) => masked && state !== 'idle' && state !== 'halted');
  if (spinning !== undefined) return spins(spinning);
  const [first] = blocked;
  if (first !== undefined) {
    const others = blocked.length === 1 ? '' : ` (and ${blocked.length - 1} more)`;
    return { cause: 'blocked-task', where: `${nameOf(first)} blocked${place(first)}${others}`, task: first, ...functionOf(first) };
  }
  const busy = cpus.find(({ state }) => state === 'kernel') ?? cpus.find(({ state }) => state === 'user');
  if (busy !== undefined) return spins(busy);
  if (!kernel.answered) {
    const halted = cpus.length > 0 && cpus.every(({ state }) => state === 'halted');
    return halted ? { cause: 'halted', where: 'every CPU is halted and the kernel does not answer' } : { cause: 'unknown' };
  }
  const tasks = kernel.tasks.filter(({ state, pid, parent }) => /^[SD]$/.test(state) && pid !== 2 && parent !== 2).sort((a, b) => b.pid - a.pid);
  const reader = tasks.filter(({ lines }) => lines.some((line) => /\bn_tty_read\b/.test(line))).sort((a, b) => Number(b.pid === 1) - Number(a.pid === 1))[0];
  if (reader !== undefined) {
    const task = { ...readTask(reader), function: 'n_tty_read' };
    return { cause: 'waiting-for-input', where: `${nameOf(task)} waits for input in n_tty_read`, task, ...functionOf(task) };
  }
  // Who waits for a child or for what a pipe brings, waits for somebody else.
  const asleep = tasks.map(readTask);
  const last = asleep.find((task) => !/^(?:do_wait|kernel_wait|pipe_read|anon_pipe_read)/.test(task.function ?? '')) ?? asleep[0];
  if (last === undefined) return cpus.some(({ state }) => state === 'idle') ? { cause: 'idle' } : { cause: 'unknown' };
  return { cause: 'idle', where: `${nameOf(last)} waits${place(last)}`, task: last, ...functionOf(last) };
}

function spins(cpu: HungCpu): Pick<Explanation, 'cause' | 'where' | 'task' | 'function'> {
  const task = cpu.task === undefined || cpu.task.pid === 0 ? undefined : { ...cpu.task, state: 'R', ...functionOf(cpu) };
  const where = cpu.function !== undefined ? ` in ${cpu.function}` : cpu.state === 'user' ? ' in user space' : cpu.pc === undefined ? '' : ` at 0x${cpu.pc}`;
  const who = task === undefined ? '' : ` (${nameOf(task)})`;
  return { cause: 'spinning', where: `CPU ${cpu.cpu} spinning${where}${cpu.masked ? ' with interrupts off' : ''}${who}`, ...(task === undefined ? {} : { task }), ...functionOf(cpu) };
}

function allCpus({ cpus: seen, unmasked }: MachineAnswers, { cpus: printed }: KernelAnswers): readonly HungCpu[] {
  const count = Math.max(seen.length, ...printed.map(({ cpu }) => Math.min(cpu, 1023) + 1));
  return Array.from({ length: count }, (_, cpu): HungCpu => {
    const told = printed.filter((one) => one.cpu === cpu);
    const samples = seen[cpu] ?? [];
    const last = samples.at(-1);
    const wasStuck = unmasked.includes(cpu);
    // It is looked at when it answers, and the timer may come to it at that very moment.
    const rests = samples.length > 0 && samples.every(({ halted }) => halted) && !wasStuck;
    const read = told.length === 0 ? undefined : rests ? { state: 'idle' as const } : readCpu(told, wasStuck);
    const state = read?.state ?? (rests ? 'halted' : 'unknown');
    return {
      cpu,
      state,
      masked: wasStuck,
      ...(last === undefined ? {} : { pc: last.pc }),
      ...(read?.task === undefined ? {} : { task: { ...read.task, name: printableText(read.task.name) } }),
      ...(read?.function === undefined ? {} : { function: read.function }),
    };
  });
}

function readTask({ name, pid, state, lines }: PrintedTask): HungTask {
  const { name: found } = findFunction(lines.map((line) => reportLine(line)), { paths: [[callTrace, 'frames'], ['frames']], choose: 'hang' });
  return { name: printableText(name), pid, state, ...(found === undefined ? {} : { function: found }) };
}

const nameOf = ({ name, pid }: Pick<HungTask, 'name' | 'pid'>): string => pid === 1 ? 'init' : `task ${name}:${pid}`;
const place = ({ function: found }: HungTask): string => found === undefined ? '' : ` in ${found}`;
const functionOf = ({ function: found }: { readonly function?: string }): { readonly function?: string } => found === undefined ? {} : { function: found };
const mebibytes = (kb: number): number => Math.round(kb / 1024);
