// Reads what a kernel prints when magic SysRq keys are pressed: tasks (w, t), CPUs (l, p), memory (m), of kernels 4.9 and later.
// Documentation/admin-guide/sysrq.rst
import type { Symbols } from '../../model/symbols.ts';
import { nameText } from '../addresses/addresses.ts';
import { cleanText } from '../clean.ts';
import { readLine } from '../printk.ts';

/** A task with its stack, as it was printed. */
export interface PrintedTask {
  readonly name: string;
  readonly pid: number;
  /** 0 where the kernel does not tell. */
  readonly parent: number;
  readonly state: string;
  readonly lines: string[];
}

/** What a CPU was doing, as it was printed. */
export interface PrintedCpu {
  readonly cpu: number;
  task?: { readonly name: string; readonly pid: number };
  readonly lines: string[];
}

export interface KernelAnswers {
  /** The kernel answered some key. */
  readonly answered: boolean;
  readonly blocked: readonly PrintedTask[];
  /** All tasks, where they were asked for. */
  readonly tasks: readonly PrintedTask[];
  readonly cpus: readonly PrintedCpu[];
  /** Kilobytes of all zones; undefined where they were not told. */
  readonly memory?: { readonly freeKb: number; readonly presentKb: number };
}

const heading = /\bsysrq ?: .*?(?:Show (Blocked State|backtrace of all active CPUs|Regs|Memory|State)|(Changing Loglevel|Loglevel set)|HELP)/i;
// From 5.11 on with names for each number: `task:sh  state:D stack:    0 pid:  146 ppid:   144 flags:0x00000002`.
const namedTask = /^task:(.{1,15}?) *state:([A-Za-z]) .*?\bpid: *(\d+).*?\bppid: *(\d+)/;
const plainTask = /^(\S.{0,14}?) +([RSDTtXZPIKW]) +(?:[0-9a-f]{8,16} +|running task +|0 +)?(?:\d+ +)?(\d+) +(\d+) +0x[0-9a-f]+/;
// Without a way to reach other CPUs (arm64 before 6.7) the one that was asked prints `CPU0:` and its registers.
const cpuStart = /^(?:NMI backtrace for cpu (\d+)|(?:sysrq: )?CPU(\d+):$)/;
const cpuTask = /^CPU: (\d+) (?:UID: \d+ )?PID: (\d+) Comm: (.{0,16}?) (?:Not tainted|Tainted:|Kdump:)/;
const zone = /\bfree:(\d+)kB\b.* present:(\d+)kB/;

type Section = 'blocked' | 'tasks' | 'cpus' | 'memory' | 'none';

const sections: Readonly<Record<string, Section>> = { 'blocked state': 'blocked', 'backtrace of all active cpus': 'cpus', regs: 'cpus', memory: 'memory', state: 'tasks' };
/** Lines kept of a task or CPU. */
const lineLimit = 200;
const lengthLimit = 400;
/** Tasks and CPUs kept: a guest may print what it likes. */
const itemLimit = 2000;

/** Reads console text that came after the first question; of a kernel that prints no names with its symbols. */
export function readAnswers(text: string, symbols?: Symbols): KernelAnswers {
  const lists: Record<'blocked' | 'tasks', PrintedTask[]> = { blocked: [], tasks: [] };
  const cpus: PrintedCpu[] = [];
  let section: Section = 'none';
  let answered = false;
  let freeKb = 0;
  let presentKb = 0;
  let lines: string[] | undefined;
  for (const raw of (symbols === undefined ? text : nameText(text, symbols)).split('\n')) {
    const line = readLine(cleanText(raw.slice(0, lengthLimit)).replace(/\r/g, ''), 0, false, false).text;
    const found = heading.exec(line);
    if (found !== null) {
      answered = true;
      section = sections[(found[1] ?? '').toLowerCase()] ?? 'none';
      lines = undefined;
    } else if (section === 'memory') {
      const [, free, present] = zone.exec(line) ?? [];
      freeKb += Number(free ?? 0);
      presentKb += Number(present ?? 0);
    } else if (section === 'cpus') {
      const start = cpuStart.exec(line);
      if (start !== null && cpus.length < itemLimit) {
        cpus.push({ cpu: Number(start[1] ?? start[2]), lines: (lines = [line]) });
        continue;
      }
      const [, cpu, pid, name] = cpuTask.exec(line) ?? [];
      // Registers alone begin with this line.
      if (cpu !== undefined && lines === undefined && cpus.length < itemLimit) cpus.push({ cpu: Number(cpu), lines: (lines = []) });
      const last = cpus.at(-1);
      if (name !== undefined && last !== undefined) last.task ??= { name, pid: Number(pid) };
      keep(lines, line);
    } else if (section !== 'none') {
      const [, name, state, pid, parent] = namedTask.exec(line) ?? plainTask.exec(line) ?? [];
      if (name === undefined || state === undefined) keep(lines, line);
      else if (lists[section].length < itemLimit) lists[section].push({ name, state, pid: Number(pid), parent: Number(parent), lines: (lines = []) });
    }
  }
  return { answered, ...lists, cpus, ...(presentKb === 0 ? {} : { memory: { freeKb, presentKb } }) };
}

function keep(lines: string[] | undefined, line: string): void {
  if (lines !== undefined && lines.length < lineLimit) lines.push(line);
}
