// TAP 13 and 14 as user space prints it: where its documents begin and end on a console, at any indentation. KTAP around
// them, as builtin:init prints it, is none of theirs.
import { moveResults, noneKept } from '../budget.ts';
import type { Budget } from '../budget.ts';
import { createProblems } from './suite.ts';
import type { Suite, SuiteReader } from './suite.ts';
import { createTapDocument } from './tap-document.ts';
import type { TapDocument } from './tap-document.ts';

const version = /^TAP version 1[34]$/;
const plan = /^1\.\.\d{1,9}(?: *#.*)?$/;
const point = /^(?:not )?ok \d{1,9}\b/;

export const tap: Suite = {
  protocol: 'tap',
  begins: /TAP version \d|1\.\.\d|ok \d/,
  words: ['TAP version ', '1..', ...Array.from('0123456789', (digit) => `ok ${digit}`)],
  readerWords: undefined,
  recognises: (text) => version.test(text) || plan.test(text) || point.test(text) || /^(?:#|---$|\.\.\.$|Bail out!)/.test(text),
  open: createTapReader,
};

const indentOf = (text: string): number => /^ */.exec(text)?.[0].length ?? 0;

function createTapReader(budget: Budget, onFailure: (line: number) => void): SuiteReader {
  const kept = noneKept();
  const problems = createProblems();
  let document: (TapDocument & { readonly indent: number }) | undefined;
  /** Where KTAP stands: its lines are not read as TAP. */
  let foreign: number | undefined;
  let ended = 0;
  let empty = 0;
  let whole = true;
  let last: string | undefined;

  function close(): void {
    if (document === undefined) return;
    last = document.lastTest() ?? last;
    if (!document.complete()) whole = false;
    const told = document.finish();
    document = undefined;
    ended += 1;
    moveResults(kept, told.kept);
    told.problems.forEach((problem) => { problems.add(problem); });
    if (told.kept.count === 0 && told.problems.length === 0) empty += 1;
  }

  function begin(indent: number, line: number): void {
    close();
    document = { ...createTapDocument(line, budget, onFailure), indent };
  }

  return {
    take(text, line, repaired) {
      const indent = indentOf(text);
      const said = text.trim();
      if (/^KTAP version \d/.test(said)) {
        if (document !== undefined && indent <= document.indent) close();
        foreign ??= indent;
        return;
      }
      if (foreign !== undefined && indent <= foreign && said !== '') {
        close();
        return;
      }
      if (version.test(said) && (document === undefined || indent <= document.indent)) begin(indent, line);
      // Perl's Test::More and bats print no version.
      else if (document === undefined && (plan.test(said) || point.test(said))) begin(indent, line);
      if (document === undefined) return;
      if (indent < document.indent && said !== '') {
        close();
        return;
      }
      document.take(text.slice(document.indent), line, repaired);
    },
    complete: () => whole && (document === undefined ? ended > 0 : document.complete()),
    lastTest: () => document?.lastTest() ?? last,
    finish() {
      close();
      if (empty > 0 && kept.count > 0) problems.add('a document told no result');
      return { kept, problems: problems.all() };
    },
  };
}
