// How a verdict looks: a symbol that is told apart without its colour, and the word for it.
import type { TestStatus } from '../model/console.ts';
import type { Outlook } from '../report/summarize.ts';

export const symbols: Readonly<Record<Outlook, string>> = { pass: '✓', cached: '=', flaky: '≈', known: '◇', fail: '✗', crash: '!', timeout: '◷', error: '?', skip: '–' };

/** What each verdict means, for who hovers over its word. */
export const meanings: Readonly<Record<Outlook, string>> = {
  pass: 'the evidence the case asked for was seen, all of it',
  cached: 'not run: nothing of it has changed since it passed',
  flaky: 'passed after a failure',
  known: 'failed as it is known to; it does not count',
  fail: 'the guest said no, or did not say what it promised',
  crash: 'the kernel said no',
  timeout: 'nothing more came',
  error: 'our side failed',
  skip: 'a need was not met',
};

export const resultLooks: Readonly<Record<TestStatus, { readonly symbol: string; readonly outlook: Outlook; readonly word: string }>> = {
  pass: { symbol: '✓', outlook: 'pass', word: 'ok' },
  fail: { symbol: '✗', outlook: 'fail', word: 'not ok' },
  skip: { symbol: '–', outlook: 'skip', word: 'skipped' },
  xfail: { symbol: '~', outlook: 'flaky', word: 'failed as expected' },
  missing: { symbol: '∅', outlook: 'crash', word: 'never came' },
};
