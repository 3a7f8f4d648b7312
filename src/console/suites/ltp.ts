// The Linux Test Project: one result for each program, in it the lines that it told. Programs tell TPASS, TFAIL, TBROK, TCONF and
// TWARN and end with a summary (new style) or say nothing more (old style); runltp and kirk frame, log and list them.
import type { TestResult } from '../../model/console.ts';
import { createBudget, keepResult, keepTalk, moveResults, noneKept } from '../budget.ts';
import type { Budget, Kept } from '../budget.ts';
import { isBad, tallyOfAll } from '../leaves.ts';
import { parseLtpLine } from './ltp-lines.ts';
import type { LtpLine } from './ltp-lines.ts';
import { concludeProgram, isSilent, isSummed, openProgram, tellProgram } from './ltp-program.ts';
import type { LtpProgram } from './ltp-program.ts';
import { createLtpTotals } from './ltp-totals.ts';
import { createProblems } from './suite.ts';
import type { Suite, SuiteReader } from './suite.ts';

const title = /^Testcase\s+Result\s+Exit Value$/;
const suiteBegins = /^Starting suite: \S/;

export const ltp: Suite = {
  protocol: 'ltp',
  begins: /T(?:PASS|FAIL|BROK|CONF|WARN) {0,4}:|test_start>>>|stime=\d+ dur=|Testcase +Result +Exit Value|Starting suite: /,
  words: ['TPASS', 'TFAIL', 'TBROK', 'TCONF', 'TWARN', 'test_start>>>', 'stime=', 'Exit Value', 'Starting suite: '],
  readerWords: [
    'TPASS', 'TFAIL', 'TBROK', 'TCONF', 'TWARN', 'TINFO', 'TDEBUG', 'Summary:', 'passed ', 'failed ', 'broken ', 'skipped ', 'warnings ', 'test_start>>>', 'test_end>>>', '===== ', 'uration: ', 'uration=', 'tag=',
    'PASS', 'FAIL', 'CONF', 'BROK', 'WARN', ': pass', ': fail', ': skip', ': broken', ': timed out', ': kernel panic', ': SUT ', 'Total ', 'Failed:', 'Broken:', 'Warnings:', 'Exit Value', 'Starting suite: ',
  ],
  recognises: (text) => parseLtpLine(text) !== undefined,
  open: createLtpReader,
};

function createLtpReader(budget: Budget, onFailure: (line: number) => void): SuiteReader {
  const kept = noneKept();
  const problems = createProblems();
  let program: LtpProgram | undefined;
  let count = 0;
  /** Rows of runltp's table and of its log, which repeat what the programs themselves said. */
  const rows = noneKept();
  const roomForRows = createBudget();
  let listing: 'table' | 'kirk' | undefined;
  let listed = 0;
  const totals = createLtpTotals();
  /** The total that closes a list has yet to come. */
  let unclosed = false;
  let last: string | undefined;

  function keep(result: TestResult): void {
    if (isBad(result)) onFailure(result.line);
    keepResult(budget, kept, { ...result, children: keepTalk(budget, result.children) });
  }

  function close(): void {
    if (program === undefined) return;
    // A heading alone is anybody's.
    if (isSilent(program)) {
      program = undefined;
      return;
    }
    count += 1;
    const { result, problem } = concludeProgram(program, `program ${count}`);
    if (problem !== undefined) problems.add(problem);
    program = undefined;
    keep(result);
  }

  function takeResult(ltp: Extract<LtpLine, { kind: 'result' | 'info' }>, line: number, repaired: boolean): void {
    const other = ltp.program !== undefined && program?.name !== undefined && program.name !== ltp.program;
    const old = ltp.kind === 'result' && ltp.old;
    // Programs of old style end where another one begins; those of new style may speak from several files.
    if (program !== undefined && !program.framed && (isSummed(program) || other && program.old === true || old && program.old === false)) close();
    if (ltp.kind === 'info' && program?.old === true && !program.framed && ltp.program !== program.name) close();
    program ??= openProgram(line, false);
    program.name ??= ltp.program;
    last = program.name ?? last;
    if (ltp.kind === 'result') tellProgram(program, ltp, line, repaired);
  }

  function takeProgram({ program: name, exit, durationMs }: Extract<LtpLine, { kind: 'program' }>, line: number, repaired: boolean): void {
    const result: TestResult = { name, status: exit.status, line, children: [], ...(exit.detail === undefined ? undefined : { detail: exit.detail }), ...(durationMs === undefined ? undefined : { durationMs }), ...(repaired ? { repaired } : undefined) };
    last = name;
    listed += 1;
    totals.list(exit.status);
    if (listing === 'kirk') keep(result);
    else keepResult(roomForRows, rows, result);
  }

  function takeCounts(ltp: LtpLine, line: number): void {
    if (ltp.kind === 'summary') {
      program ??= openProgram(line, false);
      program.summary = {};
    }
    if (ltp.kind !== 'count' || program?.summary === undefined) return;
    program.summary[ltp.type] = ltp.count;
    if (isSummed(program) && !program.framed) close();
  }

  function takeFrame(ltp: LtpLine, line: number): void {
    if (ltp.kind === 'start') {
      close();
      program = openProgram(line, true, ltp.program);
      last = ltp.program ?? last;
      if (ltp.program !== undefined) listing = undefined;
    } else if (program?.framed === true) {
      if (ltp.kind === 'tag') last = program.name = ltp.program;
      if (ltp.kind === 'ending') [program.exit, program.durationMs] = [ltp.exit, ltp.durationMs];
      if (ltp.kind !== 'end') return;
      program.durationMs ??= ltp.durationMs;
      // kirk does not say how a program ended: its summary does.
      if (ltp.durationMs !== undefined && isSummed(program)) program.exit ??= { status: program.told.TPASS === 0 && program.told.TCONF > 0 ? 'skip' : 'pass' };
      close();
    }
  }

  function begin(list: 'table' | 'kirk'): void {
    [listing, unclosed] = [list, true];
    if (list === 'kirk') totals.open();
  }

  function takeTotal({ of, count: said }: Extract<LtpLine, { kind: 'total' }>): void {
    // The results that kirk counts are words that anybody may print.
    const problem = listing === undefined || of === 'failed results' && listing !== 'kirk' ? undefined : totals.close(of, said);
    if (problem !== undefined) problems.add(problem);
    if (of === 'all') unclosed = false;
  }

  /** The table says again what was seen, under the names of the list that was run; without programs it is all there is. */
  function joinRows(): void {
    if (kept.count === 0) {
      rows.results.filter(isBad).forEach(({ line }) => { onFailure(line); });
      moveResults(kept, rows);
    } else if (rows.count !== kept.count) {
      if (rows.count > 0) problems.add(`${rows.count} programs are listed, but ${kept.count} told results`);
    } else if (rows.unlisted !== undefined || kept.unlisted !== undefined) {
      // Which row is whose can no longer be told.
      if (failuresOf(rows) > failuresOf(kept)) problems.add(`${failuresOf(rows)} programs are listed as failed, but ${failuresOf(kept)} told so`);
    } else {
      rows.results.forEach((row, index) => {
        const seen = kept.results[index];
        if (seen === undefined) return;
        kept.results[index] = { ...seen, name: row.name };
        if (row.status !== seen.status && seen.status !== 'fail') problems.add(`${row.name}: listed as ${row.status}, but it said ${seen.status}`);
      });
    }
  }

  return {
    take(raw, line, repaired) {
      const text = raw.trim();
      if (title.test(text)) begin('table');
      else if (suiteBegins.test(text)) begin('kirk');
      const ltp = parseLtpLine(text);
      switch (ltp?.kind) {
        case undefined: break;
        case 'result': case 'info': takeResult(ltp, line, repaired); break;
        case 'summary': case 'count': takeCounts(ltp, line); break;
        case 'start': case 'tag': case 'ending': case 'end': takeFrame(ltp, line); break;
        // Without a heading a line such as `eth0: pass` is nobody's result.
        case 'program': if (listing !== undefined || text.startsWith('tag=')) takeProgram(ltp, line, repaired); break;
        case 'total':
          takeTotal(ltp);
          break;
      }
    },
    complete: () => (count > 0 || listed > 0) && !unclosed && (program === undefined || !program.framed && (program.old === true || isSummed(program))),
    lastTest: () => last,
    finish() {
      close();
      joinRows();
      if (unclosed) keep({ name: 'the rest of the list', status: 'missing', detail: 'the total that ends it never came', line: kept.results.at(-1)?.line ?? 1, children: [] });
      return { kept, problems: problems.all() };
    },
  };
}

function failuresOf({ results, unlisted }: Kept): number {
  const { fail = 0, missing = 0 } = tallyOfAll(results, unlisted);
  return fail + missing;
}
