// What commit statuses say, whatever a run came to.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GithubSchema } from '../../../../src/model/github.ts';
import type { CellResult } from '../../../../src/model/report.ts';
import { foldEvents } from '../../../../src/report/fold.ts';
import { endedColumn, finalStatuses, pendingStatuses } from '../../../../src/report/github/statuses.ts';
import { attempt, cellResult, eventsOf, planned, sampleCells, sampleEvents } from '../sample.ts';

const options = { settings: GithubSchema.parse({}), page: 'https://github.example/run' };
const published = { settings: GithubSchema.parse({ targetUrl: 'https://pages.example/run/#top' }), page: 'https://pages.example/run/#top' };
const stateOf = (...cells: readonly [CellResult, ...CellResult[]]): string => endedColumn(cells, options).state;

const pass = cellResult('a/6.1/arm', attempt({ kind: 'pass' }));
const fail = cellResult('b/6.1/arm', attempt({ kind: 'fail', reason: 'no' }));
const error = cellResult('c/6.1/arm', attempt({ kind: 'error', stage: 'image', reason: 'no' }));
const skip = cellResult('d/6.1/arm', attempt({ kind: 'skip', reason: 'needs' }));
const known: CellResult = { ...cellResult('e/6.1/arm', attempt({ kind: 'crash', title: 'BUG', line: 1, endLine: 2 })), known: { reason: 'upstream' } };

describe('the state of a kernel and architecture', () => {
  it('is a success with skips, known failures and flaky cells', () => {
    expect(stateOf(pass, skip, known, cellResult('f/6.1/arm', attempt({ kind: 'fail', reason: 'once' }), attempt({ kind: 'pass' }, { number: 2 })))).toBe('success');
  });

  it('is a failure where a case failed, whatever else went wrong', () => {
    expect(stateOf(pass, error, fail)).toBe('failure');
  });

  it('is an error where only we failed', () => {
    expect(stateOf(pass, error)).toBe('error');
  });

  it('is an error that says cancelled where cells did not end', () => {
    const cut = cellResult('g/6.1/arm', attempt({ kind: 'skip', reason: 'interrupted' }));
    expect(endedColumn([fail, cut], options)).toMatchObject({ state: 'error', description: 'cancelled: 1 of 2 cells did not end' });
  });
});

it('says how many cells of each outlook there are, and which cases are in trouble', () => {
  expect(endedColumn([pass, fail, known, skip], options)).toEqual({ context: 'kit-test / 6.1 / arm', state: 'failure', description: '1 pass, 1 known, 1 fail, 1 skip: b', target_url: 'https://github.example/run' });
});

it('links to what the page of the run has of a kernel and architecture, where the page is published', () => {
  expect(endedColumn([pass], published).target_url).toBe('https://pages.example/run/#q=/6.1/arm');
});

it('keeps its descriptions within 140 characters with any number of failing cases', () => {
  const id = fc.stringMatching(/^[a-z][a-z0-9-]{0,60}$/).map((name) => `${name}/6.12-rt-with-a-long-name/aarch64`);
  const verdict = fc.constantFrom({ kind: 'fail', reason: 'x' } as const, { kind: 'pass' } as const, { kind: 'error', stage: 'boot', reason: 'interrupted during boot' } as const);
  fc.assert(
    fc.property(fc.array(fc.tuple(id, verdict), { minLength: 1, maxLength: 200 }), fc.boolean(), (cells, interrupted) => {
      const report = { ...foldEvents(eventsOf(cells.map(([name, each]) => cellResult(name, attempt(each))))), interrupted };
      for (const { description } of finalStatuses(report, options)) {
        expect(description.length).toBeLessThanOrEqual(140);
        expect(description).toMatch(/^[\x20-\x7e]+$/);
      }
    }),
    { numRuns: 60 },
  );
});

it('writes at the end the contexts it announced at the start, each once', () => {
  const contexts = (statuses: readonly { readonly context: string }[]): readonly string[] => statuses.map(({ context }) => context).sort();
  const before = contexts(pendingStatuses(sampleCells.map(({ id }) => planned(id)), options));
  expect(contexts(finalStatuses(foldEvents(sampleEvents), options))).toEqual(before);
  expect(before).toEqual(['kit-test', 'kit-test / 6.1 / arm', 'kit-test / 6.1 / x86_64']);
});

it('calls a run that was killed cancelled', () => {
  const [run] = finalStatuses(foldEvents(sampleEvents.slice(0, 12)), options);
  expect(run).toMatchObject({ context: 'kit-test', state: 'error', description: expect.stringMatching(/^cancelled: \d+ of 18 cells did not end$/) as string });
});
