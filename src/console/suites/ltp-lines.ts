// What one line says that the Linux Test Project's programs and runners print: results of old and new style,
// the summary of a program, runltp's frames, log and table, kirk's lines.
// https://linux-test-project.readthedocs.io

/** Types of results. TINFO and TDEBUG are talk. */
export type LtpType = 'TPASS' | 'TFAIL' | 'TBROK' | 'TCONF' | 'TWARN';

export type LtpLine =
  /** `program` is undefined where the line names a file of LTP's library. Old style has no summary at its end. */
  | { readonly kind: 'result'; readonly type: LtpType; readonly old: boolean; readonly program: string | undefined; readonly number?: number; readonly text: string }
  | { readonly kind: 'info'; readonly program: string | undefined }
  | { readonly kind: 'summary' }
  | { readonly kind: 'count'; readonly type: LtpType; readonly count: number }
  | { readonly kind: 'start'; readonly program?: string }
  | { readonly kind: 'tag'; readonly program: string }
  | { readonly kind: 'ending'; readonly exit: Exit; readonly durationMs: number }
  | { readonly kind: 'end'; readonly durationMs?: number }
  /** One program in one line: of runltp's log or table, of kirk. */
  | { readonly kind: 'program'; readonly program: string; readonly exit: Exit; readonly durationMs?: number }
  | { readonly kind: 'total'; readonly of: LtpTotal; readonly count: number };

/** Programs, but for the last, which are results of programs. */
export type LtpTotal = 'all' | 'skipped' | 'failures' | 'failed results';

/** How a program ended. */
export interface Exit {
  readonly status: 'pass' | 'fail' | 'skip';
  readonly detail?: string;
}

const types = 'TPASS|TFAIL|TBROK|TCONF|TWARN|TINFO|TDEBUG';
const newStyle = new RegExp(`^([\\w.+-]{1,100}):\\d{1,6}: (${types}): ?(.*)$`);
const oldStyle = new RegExp(`^([\\w.+-]{1,100}) +(\\d{1,6}) +(${types})( *): *(.*)$`);
const count = /^(passed|failed|broken|skipped|warnings) +(\d{1,9})$/;
const ending = /^duration=(\d{1,9}) termination_type=(\w+) termination_id=(\d{1,9}) corefile=/;
const logged = /^tag=(\S{1,100}) stime=\d+ dur=(\d{1,9}) exit=(\w+) stat=(\d{1,9}) core=/;
const row = /^([\w.+-]{1,100})\s+(PASS|FAIL|CONF|BROK|WARN)\s+(\d{1,9})$/;
const kirk = /^([\w.+-]{1,100}): (pass|fail|skip|broken|timed out|kernel panic|SUT not responding)(?: \| tainted)?(?: +\(([^)]{1,40})\))?$/;
const totals = /^(Total (?:Tests|Run|runs|Skipped Tests|Failures)|Failed|Broken|Warnings): *(\d{1,9})$/;
const ofTotal: Readonly<Record<string, LtpTotal>> = {
  'Total Tests': 'all', 'Total Run': 'all', 'Total runs': 'all', 'Total Skipped Tests': 'skipped', 'Total Failures': 'failures', Failed: 'failed results', Broken: 'failed results', Warnings: 'failed results',
};
const typeOfCount: Readonly<Record<string, LtpType>> = { passed: 'TPASS', failed: 'TFAIL', broken: 'TBROK', skipped: 'TCONF', warnings: 'TWARN' };
/** Files of the library, which say nothing of the program they are built into. */
const library = /^(?:tst_|safe_|tso_|tlibio|numa_helper|cgroup_)/;

const isResult = (type: string): type is LtpType => type !== 'TINFO' && type !== 'TDEBUG';

/** Reads one line without blanks around it; undefined where it is none of LTP's. */
export function parseLtpLine(text: string): LtpLine | undefined {
  if (text.length > 3000) return undefined;
  return parseResult(text) ?? parseFrame(text) ?? parseProgram(text);
}

function parseResult(text: string): LtpLine | undefined {
  if (!text.includes(' T')) return undefined;
  const modern = newStyle.exec(text);
  if (modern !== null) {
    const [, file = '', type = '', rest = ''] = modern;
    const program = library.test(file) ? undefined : file.replace(/\.\w+$/, '');
    return isResult(type) ? { kind: 'result', type, old: false, program, text: rest } : { kind: 'info', program };
  }
  const old = oldStyle.exec(text);
  if (old === null) return undefined;
  const [, program = '', number = '', type = '', gap = '', rest = ''] = old;
  // Shell programs write `ping01 1 TPASS: text` and have a summary; old C programs write `fork01    1  TPASS  :  text`.
  return isResult(type) ? { kind: 'result', type, old: gap !== '', program, number: Number(number), text: rest } : { kind: 'info', program };
}

function parseFrame(text: string): LtpLine | undefined {
  if (text === 'Summary:') return { kind: 'summary' };
  const counted = /^[pfbsw]/.test(text) ? count.exec(text) : null;
  const type = typeOfCount[counted?.[1] ?? ''];
  if (type !== undefined) return { kind: 'count', type, count: Number(counted?.[2]) };
  if (text === '<<<test_start>>>') return { kind: 'start' };
  if (text === '<<<test_end>>>') return { kind: 'end' };
  if (!/^[=Dd]/.test(text)) return undefined;
  const verbose = /^===== ([\w.+-]{1,100}) =====$/.exec(text);
  if (verbose !== null) return { kind: 'start', program: verbose[1] ?? '' };
  const took = /^Duration: (\S.{0,40})$/.exec(text);
  if (took !== null) return { kind: 'end', ...withDuration(took[1]) };
  const ended = ending.exec(text);
  if (ended !== null) return { kind: 'ending', exit: exitOf(ended[2] ?? '', Number(ended[3])), durationMs: Number(ended[1]) * 1000 };
  return undefined;
}

function parseProgram(text: string): LtpLine | undefined {
  const isTag = text.startsWith('tag=');
  const log = isTag ? logged.exec(text) : null;
  if (log !== null) return { kind: 'program', program: log[1] ?? '', exit: exitOf(log[3] ?? '', Number(log[4])), durationMs: Number(log[2]) * 1000 };
  const tag = isTag ? /^tag=(\S{1,100}) stime=\d+$/.exec(text) : null;
  if (tag !== null) return { kind: 'tag', program: tag[1] ?? '' };
  const listed = /\d$/.test(text) ? row.exec(text) : null;
  if (listed !== null) return { kind: 'program', program: listed[1] ?? '', exit: exitOfWord(listed[2] ?? '', Number(listed[3])) };
  const short = text.includes(': ') ? kirk.exec(text) : null;
  if (short !== null) return { kind: 'program', program: short[1] ?? '', exit: exitOfKirk(short[2] ?? ''), ...withDuration(short[3]) };
  const total = /^[TFBW]/.test(text) ? totals.exec(text) : null;
  const of = ofTotal[total?.[1] ?? ''];
  return of === undefined ? undefined : { kind: 'total', of, count: Number(total?.[2]) };
}

/** A program's exit status has a bit for each type it told: TFAIL 1, TBROK 2, TWARN 4, TINFO 16, TCONF 32. */
function exitOf(how: string, value: number): Exit {
  if (how !== 'exited') return { status: 'fail', detail: how === 'signaled' ? `killed by signal ${value}` : `ended by ${how} ${value}` };
  const bits = value & ~16;
  if (bits === 0) return { status: 'pass' };
  return bits === 32 ? { status: 'skip' } : { status: 'fail', detail: `exit=${value}` };
}

function exitOfWord(word: string, value: number): Exit {
  if (word === 'PASS') return value === 0 ? { status: 'pass' } : exitOf('exited', value);
  return word === 'CONF' ? { status: 'skip' } : { status: 'fail', detail: `exit=${value}` };
}

function exitOfKirk(word: string): Exit {
  return word === 'pass' || word === 'skip' ? { status: word } : word === 'fail' ? { status: 'fail' } : { status: 'fail', detail: word };
}

/** `1h 0m 10s`, `2m 3s`, `0.003s`. */
function withDuration(text: string | undefined): { durationMs?: number } {
  const match = /^(?:(\d+)h )?(?:(\d+)m )?(\d+(?:\.\d+)?)s$/.exec(text ?? '');
  if (match === null) return {};
  return { durationMs: Math.round(((Number(match[1] ?? 0) * 60 + Number(match[2] ?? 0)) * 60 + Number(match[3])) * 1000) };
}
