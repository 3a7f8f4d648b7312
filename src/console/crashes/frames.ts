// The lines stack dumps are made of, in the words of x86, arm, arm64, riscv, powerpc, s390 and mips.

const name = '([a-zA-Z_$][\\w$]*)';
/** A function of the kernel: `name+0x12/0x34`, with whatever suffix the compiler gave it; the group is its plain name. */
const symbol = `${name}(?:\\.[\\w.$]+)?\\+0x[0-9a-f]`;
const address = '\\[<?(?:0x)?[0-9a-f]+>?\\]';

/** A regular expression in which `{f}` stands for a function and `{pc}` for an address in brackets. */
export const lineWith = (source: string): RegExp => new RegExp(source.replaceAll('{f}', symbol).replaceAll('{pc}', address));

export const callTrace = /Call [Tt]race:|Backtrace:/;

/** The instruction pointer of a register dump; without a group where it points to no function of the kernel. */
export const instructionPointer = lineWith([
  // x86: `RIP: 0010:f+0x1/0x2`, before 4.12 with addresses, before 4.9 `IP: [<…>] f+0x1/0x2`.
  '\\b[ER]?IP: (?:[0-9a-f]{4}:)?(?:(?:{pc} *){0,2}{f}|0x[0-9a-f]|{pc} +\\[< *\\(null\\)|[0-9a-f]{0,4}:? *\\(null\\))',
  // powerpc, arm, arm64 and riscv, mips, s390.
  '\\bNIP:? {pc} {f}',
  '\\bPC is at (?:{f}|0x[0-9a-f])',
  '^ *e?pc : (?:{pc} *)?(?:{f}|0x[0-9a-f])',
  '^ *epc +: [0-9a-f]+ {f}',
  '^ *Krnl PSW : [0-9a-f ]+\\({f}',
].join('|'));

/** The same, or what an exception interrupted on powerpc: `--- interrupt: 700 at f+0x1/0x2`. */
export const interruptedPlace = new RegExp(`${instructionPointer.source}|${lineWith('--- interrupt: [0-9a-f]+ at {f}').source}`);

/** riscv prints the stack of a trap after its registers, without a word of introduction. */
const riscvRegistersEnd = /status: [0-9a-f]{16} badaddr: [0-9a-f]{16} cause: [0-9a-f]{16}/;

/** Where a stack begins, the report's own or that of an allocation; frames must follow, but for the last. */
export const stackStarts: readonly RegExp[] = [
  /Call [Tt]race/, /Backtrace:/,
  /Allocated(?: by task \d+.*)?:/, /Freed(?: by task \d+.*)?:/, /[^k] backtrace(?: \(crc [0-9a-f]*\))?:/,
  /Uninit was stored to memory at/,
  riscvRegistersEnd,
];
/** Any of them. */
export const stackStart = new RegExp(stackStarts.map(({ source }) => source).join('|'));
/** Lines that begin a stack, name the instruction pointer, or hold a frame of fault injection, hold one. */
export const stackWords: readonly string[] = [
  'Call Trace', 'Call trace', 'Backtrace:', 'Allocated', 'Freed', ' backtrace', 'Uninit was', 'Local variable', 'badaddr: ', 'should_fail',
  'IP: ', 'NIP', 'PC is at ', 'pc : ', 'epc ', 'Krnl PSW', '--- interrupt: ',
];
/** Expressions that match nothing but such lines. */
export const ofMarkedLines: ReadonlySet<RegExp> = new Set([callTrace, instructionPointer, interruptedPlace]);
/** Frames need not follow. */
export const mayBeEmpty = (start: RegExp): boolean => start === riscvRegistersEnd;

const otherStarts = /Uninit was created at:|Local variable .*created at:/;
export const startsStack = (line: string): boolean => stackStart.test(line) || otherStarts.test(line);

const frame = lineWith('^ *(?:{pc} *){0,2}{f}');
// arm: `[<c01>] (func) from [<c02>] (caller+0x1/0x2)`, from 5.18 `func from caller+0x1/0x2`.
const armFrame = new RegExp(`^ *(?:${address} )?\\(?${name}(?:\\.[\\w.$]+)?(?:\\+0x[0-9a-f/x]+)?\\)? from (?:${address} )?\\(?${symbol}`);

const none: readonly string[] = [];

/** The functions of a line of a call trace, innermost first. */
export function frameNames(line: string): readonly string[] {
  // Most lines of a report are none.
  if (!line.includes('+0x')) return none;
  const match = frame.exec(line) ?? armFrame.exec(line);
  return match === null ? [] : groups(match);
}

/** The groups of a match that took part in it. */
export function groups(match: RegExpExecArray): readonly string[] {
  const found: string[] = [];
  for (let index = 1; index < match.length; index += 1) {
    const group = match[index];
    if (group !== undefined) found.push(group);
  }
  return found;
}

/** A word on the stack that may be no caller; the unwinder says so. */
const unsure = /^ *(?:<\w+> *)?(?:\[<?[0-9a-f]+>?\] *){0,2} ?\? /;
export const isUnsure = (line: string): boolean => (line.includes('? ') && unsure.test(line) || line.endsWith('(unreliable)')) && !line.includes('<EOI>');

/** A frame of fault injection: its stacks come in the middle of other reports. */
const injected = lineWith('^ *(?:{pc} *)?should_fail(?:slab)?(?:\\.[\\w.]+)?\\+0x');
export const isInjected = (line: string): boolean => injected.test(line);
