// Finds the results of one suite on the console, in what user space prints.
import type { Finding } from '../../model/console.ts';
import { createBudget } from '../budget.ts';
import { omittedOf } from '../leaves.ts';
import type { ResultsDetector } from '../detector.ts';
import { createRejoiner } from '../rejoin.ts';
import type { WholeLine } from '../rejoin.ts';
import type { Suite, SuiteReader } from '../suites/suite.ts';

/** `onFailure` is told the line of each result that failed. */
export function createSuiteDetector(suite: Suite, onFailure: (line: number) => void): ResultsDetector {
  const budget = createBudget();
  const recognises = (text: string): boolean => suite.recognises(text.trim());
  const rejoiner = createRejoiner((head, tail) => recognises(head + tail) ? !(recognises(head) && recognises(tail)) : !recognises(tail));
  let reader: SuiteReader | undefined;
  let first = 0;

  // What is not asked for may be seen all the same, where another detector asks for it: it must not matter.
  function take({ text, number, repaired }: WholeLine): void {
    if (reader === undefined) {
      if (!suite.begins.test(text)) return;
      reader = suite.open(budget, onFailure);
      first = number;
    }
    reader.take(text, number, repaired);
  }

  return {
    protocol: suite.protocol,
    words: suite.words,
    openWords: suite.readerWords ?? [],
    attention: () => rejoiner.waits() ? 'lines' : reader === undefined ? 'none' : suite.readerWords === undefined ? 'lines' : 'open',
    line(line) {
      if (reader !== undefined || rejoiner.waits() || suite.begins.test(line.text)) rejoiner.take(line).forEach(take);
      return [];
    },
    end() {
      rejoiner.end().forEach(take);
      if (reader === undefined) return [];
      const complete = reader.complete();
      const { kept: { results, unlisted }, problems } = reader.finish();
      const finding: Finding = {
        kind: 'results', protocol: suite.protocol, line: first, results, problems, complete: complete && problems.length === 0,
        ...omittedOf(results, unlisted),
      };
      return [finding];
    },
    complete: () => reader?.complete() === true && !rejoiner.waits(),
    lastTest: () => reader?.lastTest(),
  };
}
