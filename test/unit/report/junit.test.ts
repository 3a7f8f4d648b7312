import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CellResult } from '../../../src/model/report.ts';
import { foldEvents } from '../../../src/report/fold.ts';
import junit from '../../../src/report/reporters/junit.ts';
import { isTrouble } from '../../../src/report/summarize.ts';
import { cellArbitrary } from './arbitrary.ts';
import { attempt, cellResult, eventsOf, result, sampleReport } from './sample.ts';

const render = (...cells: readonly CellResult[]): Promise<string> => junit.render(foldEvents(eventsOf(cells)));
const id = 'check/6.1/arm';

describe('junit.xml', () => {
  it('is well-formed whatever the guest printed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(cellArbitrary, { maxLength: 3 }), async (cells) => {
        expect(xmlMistake(await render(...cells))).toBeUndefined();
      }),
    );
  });

  it('has a failure or an error for each cell that did not pass, and none for one that did or is known to fail', async () => {
    await fc.assert(
      fc.asyncProperty(cellArbitrary, async (cell) => {
        const [, failures, errors] = /<testsuite [^>]*failures="(\d+)" errors="(\d+)"/.exec(await render(cell)) ?? [];
        const good = !isTrouble(cell);
        expect([Number(failures) + Number(errors) > 0, Number(errors) > 0]).toEqual([!good, cell.verdict.kind === 'error']);
      }),
    );
  });

  it('has a testcase for each result, named with its parents, equal names told apart', async () => {
    const twice = [result('map', 'pass'), result('map', 'pass')];
    const xml = await render(cellResult(id, attempt({ kind: 'pass' }, { results: [result('top', 'pass', { children: twice })] })));
    expect([...xml.matchAll(/<testcase name="([^"]*)"/g)].map(([, name]) => name)).toEqual(['top &gt; map', 'top &gt; map (2)'].map((name) => name.replace('&gt;', '>')));
  });

  it('has a testcase for the cell itself where results do not tell the verdict', async () => {
    const xml = await render(cellResult(id, attempt({ kind: 'fail', reason: 'the plan was 3, but 1 came' }, { results: [result('one', 'pass')] })));
    expect([...xml.matchAll(/<testcase name="([^"]*)"/g)].map(([, name]) => name)).toEqual(['check', 'one']);
    expect(xml).toContain('<failure message="the plan was 3, but 1 came" type="fail">');
  });

  it('writes the excerpt once, at what failed', async () => {
    const results = [result('good', 'pass'), result('bad', 'fail'), result('worse', 'fail')];
    const xml = await render(cellResult(id, attempt({ kind: 'fail', reason: 'no' }, { results, excerpt: [{ number: 7, text: 'the line' }] })));
    expect(xml.split('7: the line')).toHaveLength(2);
    expect(xml.indexOf('name="bad"')).toBeLessThan(xml.indexOf('7: the line'));
    expect(xml.indexOf('7: the line')).toBeLessThan(xml.indexOf('name="worse"'));
  });

  it('tells attempts that do not count in the words of Surefire', async () => {
    const fail = attempt({ kind: 'fail', reason: 'no lease' });
    expect(await render(cellResult(id, fail, attempt({ kind: 'pass' })))).toContain('<flakyFailure message="no lease" type="fail">');
    expect(await render(cellResult(id, fail, fail))).toContain('<rerunFailure message="no lease" type="fail">');
  });

  it('keeps every part of a text that would end its section', async () => {
    const xml = await junit.render(sampleReport);
    expect(xml).toContain('cdata ]]]]><![CDATA[> and again ]]]]><![CDATA[> end');
  });
});

/** Checks tags, attributes, references and sections of a document (XML 1.0 without a DTD). */
function xmlMistake(document: string): string | undefined {
  const forbidden = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(document);
  if (forbidden !== null) return `forbidden character at ${forbidden.index}`;
  const open: string[] = [];
  let rest = document.replace(/^<\?xml [^?]*\?>/, '');
  while (rest !== '') {
    const [token = '', opened, selfClosed, closed] =
      /^<!\[CDATA\[[^]*?\]\]>/.exec(rest) ?? /^<([\w-]+)(?: [\w-]+="(?:[^<&"]|&(?:lt|gt|amp|quot|#x[0-9A-F]+);)*")*(\/?)>/.exec(rest) ?? /^<()()\/([\w-]+)>/.exec(rest) ?? /^(?:[^<&]|&(?:lt|gt|amp|quot|#x[0-9A-F]+);)+/.exec(rest) ?? [];
    if (token === '' || (!token.startsWith('<') && token.includes(']]>'))) return `not XML: ${rest.slice(0, 80)}`;
    if (closed !== undefined && open.pop() !== closed) return `unexpected </${closed}>`;
    if (closed === undefined && opened !== undefined && selfClosed === '') open.push(opened);
    rest = rest.slice(token.length);
  }
  return open.length === 0 ? undefined : `not closed: ${open.join(' ')}`;
}
