// The summary holds what it can within its limit, and stays HTML that shows what it says.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CellResult } from '../../../../src/model/report.ts';
import { foldEvents } from '../../../../src/report/fold.ts';
import { caseAnnotations, groupAnnotations } from '../../../../src/report/github/annotations.ts';
import { jobSummaryLimit, renderSummary } from '../../../../src/report/github/summary.ts';
import { attempt, cellResult, eventsOf, hostile, sampleEvents } from '../sample.ts';

const kernels = ['5.10', '6.1', '6.12', '7.x'];
const archs = ['x86_64', 'aarch64', 'arm'];

function bigRun(cases: number, reasonOf: (index: number) => string): ReturnType<typeof foldEvents> {
  const cells: CellResult[] = [];
  for (let index = 0; index < cases; index += 1) {
    for (const kernel of kernels) {
      for (const arch of archs) {
        const verdict = index % 3 === 0 ? ({ kind: 'pass' } as const) : ({ kind: 'fail', reason: reasonOf(cells.length) } as const);
        cells.push(cellResult(`case-${index}/${kernel}/${arch}`, attempt(verdict, { excerpt: hostile.map((text, line) => ({ number: line + 1, text })) })));
      }
    }
  }
  return foldEvents(eventsOf(cells));
}

/** Every element that was opened is closed, in order; what a guest printed opens none. */
function isWellFormed(text: string): boolean {
  const open: string[] = [];
  for (const [, close = '', name = ''] of text.matchAll(/<(\/?)([a-z0-9]+)(?: [^<>]*)?>/g)) {
    if (name === 'br') continue;
    if (close === '') open.push(name);
    else if (open.pop() !== name) return false;
  }
  return open.length === 0 && !/[<>]/.test(text.replace(/<\/?[a-z0-9]+(?: [a-z]+="[^"<>]*")*>/g, ''));
}

describe('a run of 2400 cells', () => {
  const everyOther = bigRun(200, (index) => `reason ${index} <script>`);

  it.each([jobSummaryLimit, 65_535, 20_000, 3000])('fits into %i bytes, says how it went, and counts what is left out', (limit) => {
    const text = renderSummary(everyOther, limit);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
    expect(text).toContain('kit-test: 804 pass, 1596 fail of 2400 cells');
    expect(text).toMatch(/\d+ further sections left out/);
    expect(isWellFormed(text)).toBe(true);
  });

  it('keeps the grid as long as there is room for it, and counts otherwise', () => {
    expect(renderSummary(everyOther, 10 * jobSummaryLimit)).toContain('<span title="case-1/5.10/arm: fail: reason 14 &lt;script&gt;">');
    expect(renderSummary(everyOther, 200_000)).toContain('<th align="left">case-199</th><td align="center">❌</td>');
    expect(renderSummary(everyOther, 20_000)).toContain('<tr><th align="left">❌ fail</th><td align="right">133</td>');
  });

  it('makes annotations that GitHub takes', () => {
    for (const { title, message, details = '' } of [...caseAnnotations(everyOther), ...groupAnnotations(bigRun(3, () => hostile.join('\n').repeat(20)))]) {
      expect(title.length).toBeLessThanOrEqual(255);
      expect(Buffer.byteLength(message)).toBeLessThan(64 * 1024);
      expect(Buffer.byteLength(details)).toBeLessThan(64 * 1024);
    }
  });
});

it('leaves nothing out of a small run', () => {
  const text = renderSummary(foldEvents(sampleEvents));
  expect(text).not.toContain('left out');
  expect(isWellFormed(text)).toBe(true);
});

it('stays well-formed within any limit, calls nobody and marks no issue, whatever a guest printed', () => {
  const words = fc.constantFrom('<b>', '</details>', '@torvalds', '#12', '&amp;', '"', '\n\n', '```', '| a |', '::error::x', '‮', 'é', ' ', '-->', '<!--', 'x'.repeat(300));
  fc.assert(
    fc.property(fc.array(words, { maxLength: 40 }), fc.integer({ min: 1500, max: 6000 }), (parts, limit) => {
      const text = parts.join('');
      const report = foldEvents(eventsOf([
        cellResult('a/6.1/arm', attempt({ kind: 'fail', reason: text }, { excerpt: [{ number: 1, text }] })),
        cellResult('b/6.1/arm', attempt({ kind: 'timeout', phase: 'boot', limitMs: 1, reason: text }), attempt({ kind: 'pass' }, { number: 2 })),
        cellResult('c/6.1/arm', attempt({ kind: 'skip', reason: text })),
      ]));
      const rendered = renderSummary(report, limit);
      expect(Buffer.byteLength(rendered)).toBeLessThanOrEqual(limit);
      expect(isWellFormed(rendered)).toBe(true);
      // GitHub looks for names and numbers in text, but neither in attributes nor in code.
      const prose = rendered.replace(/<(pre|code)>.*?<\/\1>/gs, '').replace(/<[^>]*>/g, '');
      expect(prose).not.toMatch(/@\w|#\d/);
      // A blank line would end the HTML, and Markdown begin, within an element.
      for (const block of rendered.trimEnd().split('\n\n')) expect(isWellFormed(block)).toBe(true);
    }),
    { numRuns: 60 },
  );
});
