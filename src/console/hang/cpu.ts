// What a CPU was doing, from the backtrace that it printed when SysRq asked for all CPUs: the interrupt that answered is not
// meant but what it interrupted, or what that had interrupted in turn.
import type { HungCpu } from '../../model/hang.ts';
import { frameNames, groups, instructionPointer, isUnsure } from '../crashes/frames.ts';
import { isNeverGuilty } from '../crashes/skip.ts';
import type { PrintedCpu } from './answers.ts';

export type CpuReading = Pick<HungCpu, 'state' | 'task' | 'function'>;

const idle = /^(?:do_idle|default_idle|arch_cpu_idle|cpu_startup_entry|cpuidle_|acpi_idle|(?:pv_)?native_safe_halt|mwait_idle|intel_idle|rest_init)/;
/** What brings interrupts and system calls to whoever they are for. */
const machinery = /softirq|irq|interrupt|^el[01]|^asm_|^entry_|^ret_|^do_syscall|^invoke_syscall|^call_with_stack|^sysvec_|^__x64_sys_|^vector_|^handle_fasteoi|^plic_|^handle_exception|^do_trap_ecall|^__riscv_sys_|^smp_|^common_|^(?:arm64_)?(?:enter_from|exit_to)_/;

const interruptEnd = /<\/IRQ>|^ *<EOI>/;
/** Where an interrupt begins: above stands who takes it, below what it interrupted. */
const entry = /^(?:asm_)?(?:sysvec_|common_interrupt|ret_from_intr|(?:smp_)?apic_timer_interrupt|el1_irq|el1h_64_irq|__irq_svc|__irq_usr|call_on_irq_stack)/;

/** The registers of riscv, which are those of what was interrupted. */
const riscvRegisters = /^ *epc : /;
/** Where a backtrace of riscv ends without registers. */
const irqStack = 'call_on_irq_stack';

/** Reads the backtraces of one CPU, at least one; what it was in each time counts. */
export function readCpu(printed: readonly PrintedCpu[], wasStuck: boolean): CpuReading {
  const read = printed.map((one) => readOne(one, wasStuck));
  const told = read.filter(({ state }) => state !== 'unknown');
  const [first, ...others] = told.length > 0 ? told : read;
  if (first === undefined) return { state: 'unknown' };
  // Whatever it does after it was stuck, is not what it was stuck in.
  if (wasStuck) return first;
  const calm = [first, ...others].find(({ state }) => state === 'idle') ?? [first, ...others].find(({ state }) => state === 'user');
  if (calm !== undefined) return calm;
  const common = first.names.find((name) => others.every(({ names }) => names.includes(name)));
  return { ...first, ...(common === undefined ? {} : { function: common }) };
}

interface OneReading extends CpuReading {
  /** Functions that may be where it hangs, the likeliest first. */
  readonly names: readonly string[];
}

function readOne({ task, lines }: PrintedCpu, wasStuck: boolean): OneReading {
  const who = task === undefined ? {} : { task };
  if (lines.some((line) => /^NMI backtrace for cpu \d+ skipped: idling/.test(line))) return { state: 'idle', ...who, names: [] };
  // What was interrupted is not told; and what a stuck CPU does in the interrupts that it is let take then is not what it was stuck in.
  const isCut = lines.flatMap(functionsOf).at(-1) === irqStack;
  if (isCut && (wasStuck || !lines.some((line) => riscvRegisters.test(line)))) return { state: 'unknown', ...who, names: [] };
  // It took no interrupt before we made it: the innermost ones came then.
  const stretches = interrupted(lines).slice(wasStuck ? -1 : 0);
  const base = stretches.at(-1) ?? [];
  const names = stretches.flat();
  const guilty = names.filter((name) => !machinery.test(name) && !idle.test(name));
  const likely = guilty.filter((name) => !isNeverGuilty(name));
  const candidates = likely.length > 0 ? likely : guilty;
  const [found] = candidates;
  // An idle CPU may have been interrupted by something that hangs.
  if (base.some((name) => idle.test(name)) && (stretches.length === 1 || !stretches.slice(0, -1).flat().some((name) => guilty.includes(name)))) return { state: 'idle', ...who, names: [] };
  if (found !== undefined) return { state: 'kernel', ...who, function: found, names: candidates };
  // The idle task has no user space.
  if (task?.pid === 0) return { state: 'idle', ...who, names: [] };
  return { state: isCut || (names.length === 0 && task === undefined) ? 'unknown' : 'user', ...who, names: [] };
}

/** Names of functions from one interrupt to the next, the innermost first, without those of the interrupt that reports. */
function interrupted(lines: readonly string[]): readonly (readonly string[])[] {
  const registers = lines.findIndex((line) => riscvRegisters.test(line));
  // The stack is not told any further than to the interrupt before, if there was one.
  if (registers !== -1) return [lines.slice(registers).flatMap(functionsOf)];
  const stretches: string[][] = [[]];
  const mark = (): void => {
    if (stretches.length === 1 || stretches.at(-1)?.length !== 0) stretches.push([]);
  };
  for (const line of lines) {
    if (interruptEnd.test(line)) mark();
    for (const name of functionsOf(line)) {
      if (entry.test(name)) mark();
      else if (stretches.at(-1)?.at(-1) !== name) stretches.at(-1)?.push(name);
    }
  }
  return stretches.length === 1 ? stretches : stretches.slice(1);
}

function functionsOf(line: string): readonly string[] {
  const registers = instructionPointer.exec(line);
  if (registers !== null) return groups(registers);
  return isUnsure(line) ? [] : frameNames(line);
}
