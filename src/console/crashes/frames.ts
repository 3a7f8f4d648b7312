// Reads the stack dumps of x86, arm, arm64, riscv, powerpc, s390 and mips into one list of frames.

export interface Frame {
  readonly kind:
    /** A function of a call trace. */
    | 'frame'
    /** The instruction pointer of a register dump; `name` is empty where it points outside the kernel's functions. */
    | 'registers'
    /** A call trace begins. */
    | 'trace'
    /** A stack that is history (where memory was allocated or freed), not what ran. */
    | 'past'
    /** The interrupt's own frames end here. */
    | 'interrupt'
    /** The trace of another CPU, or of another task, begins; named `kthread` where it is that of RCU's own thread. */
    | 'other'
    /** User space was reached: the stack is complete. */
    | 'user';
  readonly name: string;
  /** Index of its line in the report. */
  readonly at: number;
}

const symbol = '([a-zA-Z_$][\\w$]*)(?:\\.[\\w.$]+)?';
const offset = '\\+0x[0-9a-f]+(?:/0x[0-9a-f]+)?';
const address = '(?:\\(?\\[<?(?:0x)?[0-9a-f]+>?\\] *){0,2}';

const traceStart = /(?:Call [Tt]race|[Bb]acktrace) ?:/;
const pastStart = /^ *(?:Allocated|Freed|Last potentially related work|Second to last|Uninit was|Local variable|Uninit (?:is|was) (?:created|stored)|Bytes \d|allocated by|freed by)\b/;
const frame = new RegExp(`^ *(?:<\\w+> +)?${address} *(?:[0-9a-f]+:)?${symbol}${offset}`);
const unsure = /^ *(?:<\w+> +)?(?:\[<?[0-9a-f]+>?\])? *\? |\(unreliable\)/;
// arm: `[<c01>] (func) from [<c02>] (caller+0x1/0x2)`, from 5.18 `func from caller+0x1/0x2`.
const armFrame = new RegExp(`^ *(?:\\[<[0-9a-f]*>\\] )?\\(?${symbol}(?:${offset})?\\)? from (?:\\[<[0-9a-f]*>\\] )?\\(?${symbol}${offset}`);
const registers: readonly RegExp[] = [
  new RegExp(`\\b[ER]?IP: *(?:[0-9a-f]{4}:)? *${address} *${symbol}${offset}`),
  new RegExp(`^ *(?:EIP|PC) is at ${symbol}`),
  new RegExp(`^ *e?pc +: +(?:[0-9a-f]+ +)?${symbol}${offset}`),
  new RegExp(`^ *NIP ${address} *${symbol}`),
  new RegExp(`^ *Krnl PSW : .*\\(${symbol}${offset}`),
];
const noRegisters = /\b[ER]?IP: *(?:[0-9a-f]{4}:)? *(?:0x[0-9a-f]+|\[<[0-9a-f ]*>\]|[0-9a-f]{8,16}\b)|\bRIP: *[0-9a-f]{4}: *\(null\)|^ *pc : (?:0x|\[)/;
const userMode = /\bRIP: *0033:|\bRIP: *0023:|\bEIP: *0073:/;
const interruptEnd = /<\/IRQ>|--- interrupt: |^ *<EOI>/;
const interruptEntry = /^(?:asm_)?(?:sysvec_|common_interrupt|ret_from_intr|apic_timer_interrupt|smp_apic_timer_interrupt|el1_irq|el1h_64_irq|__irq_svc|__irq_usr|call_on_irq_stack)/;
const otherStart = /NMI backtrace for cpu|Sending NMI|Task dump for CPU|^(?:task:)?\S+ +(?:state:)?[RSDTtXZPI] (?:running task|stack:| +[0-9a-f ]+)/;

/** Frames of a report, in order. */
export function readFrames(lines: readonly string[]): readonly Frame[] {
  const frames: Frame[] = [];
  for (const [at, line] of lines.entries()) {
    const add = (kind: Frame['kind'], name = ''): void => { frames.push({ kind, name, at }); };
    if (line.includes('kthread stack dump')) add('other', 'kthread');
    else if (otherStart.test(line)) add('other');
    else if (traceStart.test(line)) add('trace');
    else if (pastStart.test(line)) add('past');
    else if (userMode.test(line)) add('user');
    else readOne(line, add);
  }
  return frames;
}

function readOne(line: string, add: (kind: Frame['kind'], name?: string) => void): void {
  for (const form of registers) {
    const match = form.exec(line);
    if (match !== null) {
      const interrupted = /--- interrupt/.test(line);
      if (interrupted) add('interrupt');
      add('registers', match[1]);
      return;
    }
  }
  if (noRegisters.test(line)) {
    add('registers');
    return;
  }
  if (interruptEnd.test(line)) add('interrupt');
  const powerpc = /--- interrupt: [0-9a-f]+ at ([a-zA-Z_]\w*)/.exec(line);
  if (powerpc !== null) {
    add('registers', powerpc[1]);
    return;
  }
  if (unsure.test(line) && !line.includes('<EOI>')) return;
  const match = frame.exec(line) ?? armFrame.exec(line);
  if (match?.[1] === undefined) return;
  add('frame', match[1]);
  if (interruptEntry.test(match[1])) add('interrupt');
  // arm tells the caller too; only of the last frame is that news.
  else if (match[2] !== undefined) add('frame', match[2]);
}
