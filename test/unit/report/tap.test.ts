import fc from 'fast-check';
import { Parser, type FinalResults, type Result } from 'tap-parser';
import { describe, expect, it } from 'vitest';
import { foldEvents } from '../../../src/report/fold.ts';
import { isTrouble } from '../../../src/report/summarize.ts';
import { renderTap } from '../../../src/report/tap-document.ts';
import { cellArbitrary } from './arbitrary.ts';
import { attempt, cellResult, eventsOf, result, sampleCells, sampleReport } from './sample.ts';

interface Reading {
  readonly final: FinalResults;
  readonly points: readonly Result[];
  /** Lines that mean nothing in TAP: there must be none. */
  readonly extra: readonly string[];
  readonly children: readonly Reading[];
}

function read(text: string): Reading {
  const parser = new Parser({ strict: true });
  const reading = follow(parser);
  parser.end(text);
  return reading();
}

function follow(parser: Parser): () => Reading {
  const points: Result[] = [];
  const extra: string[] = [];
  const children: (() => Reading)[] = [];
  let final: FinalResults | undefined;
  parser.on('assert', (point: Result) => points.push(point));
  parser.on('extra', (line: string) => extra.push(line));
  parser.on('child', (child: Parser) => children.push(follow(child)));
  parser.on('complete', (results: FinalResults) => {
    final = results;
  });
  return () => {
    if (final === undefined) throw new Error('the document did not end');
    return { final, points, extra, children: children.map((child) => child()) };
  };
}

const everything = (reading: Reading): readonly Reading[] => [reading, ...reading.children.flatMap(everything)];

describe('results.tap', () => {
  it('reads as one test point for each cell, with its results as a subtest', () => {
    const { final, points, children } = read(renderTap(sampleReport));
    expect(final).toMatchObject({ ok: false, count: sampleCells.length, pass: 8, fail: 10, skip: 1, todo: 2 });
    expect(points.map(({ name }) => name)).toEqual(sampleCells.map(({ id }) => id));
    expect(children.map(({ points: [last] }) => last?.name)).toContain('check');
  });

  it('is consistent for every reader, whatever the guest printed', () => {
    fc.assert(
      fc.property(fc.array(cellArbitrary, { minLength: 1, maxLength: 4 }), (cells) => {
        const report = foldEvents(eventsOf([...new Map(cells.map((cell) => [cell.id, cell])).values()]));
        const reading = read(renderTap(report));
        const good = report.cells.map(({ verdict }) => verdict.kind === 'pass' || verdict.kind === 'skip');
        expect(reading.points.map(({ ok }) => ok)).toEqual(good);
        expect(reading.final.ok).toBe(!report.cells.some(isTrouble));
        for (const { extra, final } of everything(reading)) {
          expect(extra).toEqual([]);
          expect(final.bailout).toBe(false);
          expect(final.failures.filter(({ tapError }) => (tapError ?? '') !== '')).toEqual([]);
        }
      }),
    );
  });

  it('agrees with its plan in every subtest', () => {
    fc.assert(
      fc.property(cellArbitrary, (cell) => {
        for (const { final } of everything(read(renderTap(foldEvents(eventsOf([cell])))))) expect(final.plan.end ?? 0).toBe(final.count);
      }),
    );
  });

  it('says skip, expected failure and what does not count by directive', () => {
    const children = [result('a', 'skip', { detail: 'no device' }), result('b', 'xfail'), result('c', 'fail', { informative: true, detail: 'told' })];
    const text = renderTap(foldEvents(eventsOf([cellResult('x/6.1/arm', attempt({ kind: 'pass' }, { results: children }))])));
    expect(text).toContain('ok 1 - a # SKIP no device\n');
    expect(text).toContain('not ok 2 - b # TODO failed as expected\n');
    expect(text).toContain('not ok 3 - c # TODO does not count: told\n');
  });

  it('carries reason, command and excerpt as YAML', () => {
    const cell = cellResult('x/6.1/arm', attempt({ kind: 'fail', reason: 'say "no"' }, { excerpt: [{ number: 3, text: '...' }] }));
    const [point] = read(renderTap(foldEvents(eventsOf([cell])))).points;
    expect(point?.diag).toMatchObject({ verdict: 'fail', message: 'say "no"', repeat: cell.repeat, excerpt: '3: ...\n' });
  });

  it('is a skipped plan without cells', () => {
    expect(renderTap(foldEvents(eventsOf([])))).toBe('TAP version 14\n1..0 # SKIP no cells\n');
  });
});
