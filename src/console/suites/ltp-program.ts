// One program of the Linux Test Project: the lines it told, its own summary of them, and what both make of it.
import type { TestResult, TestStatus } from '../../model/console.ts';
import { ownText } from '../clean.ts';
import type { Exit, LtpLine, LtpType } from './ltp-lines.ts';

export interface LtpProgram {
  name: string | undefined;
  readonly line: number;
  /** Begun and ended by lines of its runner. */
  readonly framed: boolean;
  /** Old programs have no summary; undefined until a result tells. */
  old: boolean | undefined;
  readonly told: Record<LtpType, number>;
  readonly lines: TestResult[];
  /** The program's own count of its results, while it is printed and after. */
  summary: Partial<Record<LtpType, number>> | undefined;
  /** Of an old program: the highest number of a result. */
  highest: number;
  /** Numbers below it that did not come. */
  gap: number | undefined;
  exit: Exit | undefined;
  durationMs: number | undefined;
  repaired: boolean;
}

const statusOf: Readonly<Record<LtpType, TestStatus>> = { TPASS: 'pass', TFAIL: 'fail', TBROK: 'fail', TCONF: 'skip', TWARN: 'fail' };
const words: Readonly<Record<LtpType, string>> = { TPASS: 'passed', TFAIL: 'failed', TBROK: 'broken', TCONF: 'skipped', TWARN: 'warnings' };
const typesOfLtp: readonly LtpType[] = ['TPASS', 'TFAIL', 'TBROK', 'TCONF', 'TWARN'];
/** Lines of one program that are kept; all are counted. */
const linesKept = 500;

export const openProgram = (line: number, framed: boolean, name?: string): LtpProgram => ({
  name, line, framed, old: undefined, told: { TPASS: 0, TFAIL: 0, TBROK: 0, TCONF: 0, TWARN: 0 }, lines: [],
  summary: undefined, highest: 0, gap: undefined, exit: undefined, durationMs: undefined, repaired: false,
});

/** Takes one result line of the program. */
export function tellProgram(program: LtpProgram, result: Extract<LtpLine, { kind: 'result' }>, line: number, repaired: boolean): void {
  program.old ??= result.old;
  program.told[result.type] += 1;
  if (repaired) program.repaired = true;
  const { number } = result;
  if (result.old && number !== undefined && number > program.highest) {
    if (number > program.highest + 1) program.gap ??= program.highest + 1;
    program.highest = number;
  }
  if (program.lines.length >= linesKept) return;
  // Several lines make up one result: the program's.
  program.lines.push({ name: ownText(`${result.type}: ${result.text}`, 200), status: statusOf[result.type], line, children: [], informative: true, ...(repaired ? { repaired } : undefined) });
}

/** All lines of the summary have come. */
export const isSummed = ({ summary }: LtpProgram): boolean => summary !== undefined && typesOfLtp.every((type) => summary[type] !== undefined);

/** Nothing but the heading of a summary came. */
export const isSilent = (program: LtpProgram): boolean => !program.framed && program.name === undefined && program.old === undefined && program.summary !== undefined && !isSummed(program);

/** What the program comes to, and what is wrong with what it said. */
export function concludeProgram(program: LtpProgram, fallback: string): { readonly result: TestResult; readonly problem?: string } {
  const name = program.name ?? fallback;
  const { status, detail } = verdictOf(program);
  const problem = status === 'missing' ? undefined : contradiction(program);
  return {
    result: {
      name, status, line: program.line, children: program.lines,
      ...(detail === undefined ? undefined : { detail: ownText(detail, 1000) }),
      ...(program.durationMs === undefined ? undefined : { durationMs: program.durationMs }),
      ...(program.repaired ? { repaired: true } : undefined),
    },
    ...(problem === undefined ? undefined : { problem: `${name}: ${problem}` }),
  };
}

function verdictOf({ told, lines, old, framed, exit, summary, ...program }: LtpProgram): { status: TestStatus; detail?: string | undefined } {
  const bad = lines.find(({ status }) => status === 'fail')?.name;
  if (told.TFAIL + told.TBROK + told.TWARN > 0) return { status: 'fail', detail: bad ?? exit?.detail };
  if (framed && exit === undefined) return { status: 'missing', detail: 'it began, and its end never came' };
  if (exit?.status === 'fail') return { status: 'fail', detail: exit.detail };
  if (!framed && old !== true && exit === undefined && !isSummed({ ...program, told, lines, old, framed, exit, summary })) return { status: 'missing', detail: 'its summary never came' };
  const reason = lines.find(({ status }) => status === 'skip')?.name.replace(/^TCONF: /, '');
  if (told.TPASS > 0) return { status: 'pass' };
  if (told.TCONF > 0 || exit?.status === 'skip') return { status: 'skip', detail: reason };
  return exit?.status === 'pass' ? { status: 'pass' } : { status: 'missing', detail: 'it told no result' };
}

function contradiction({ told, summary, gap }: LtpProgram): string | undefined {
  if (gap !== undefined) return `result ${gap} never came`;
  if (summary === undefined) return undefined;
  const wrong = typesOfLtp.find((type) => summary[type] !== told[type]);
  if (wrong === undefined) return undefined;
  const counted = summary[wrong];
  return counted === undefined ? `its summary does not say how many ${words[wrong]}` : `its summary says ${words[wrong]} ${counted}, but ${told[wrong]} came`;
}
