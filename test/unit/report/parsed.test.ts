import { describe, expect, it } from 'vitest';
import { createWatch } from '../../../src/console/watch.ts';
import { renderParsed } from '../../../src/report/terminal/parsed.ts';
import type { Theme } from '../../../src/report/terminal/theme.ts';
import { describeConsole } from '../../../src/verdict/parsed.ts';
import { judgeConsole } from '../../../src/verdict/parse-text.ts';
import { failingLeaves } from '../../../src/verdict/results.ts';
import { ktapExpect } from '../console/read.ts';

const plain: Theme = { color: false, unicode: true };

function render(text: string, file = 'console.log', theme = plain): string {
  const watch = createWatch([ktapExpect]);
  const judgement = judgeConsole(watch, [Buffer.from(text, 'latin1')], [ktapExpect]);
  const parsed = describeConsole(file, judgement);
  return renderParsed({ parsed, excerpt: judgement.excerpt, reportOf: ({ line, endLine }) => watch.excerpt({ line, endLine }), failed: failingLeaves(judgement.results) }, 80, theme);
}

describe('a saved console on the terminal', () => {
  it('that passed is one line', () => {
    expect(render('KTAP version 1\n1..1\nok 1 a\n')).toBe('✓ pass     console.log\n');
    expect(render('KTAP version 1\n1..1\nok 1 a\n', 'console.log', { color: false, unicode: false })).toBe('+ pass     console.log\n');
  });

  it('names each crash with its report', () => {
    expect(render('boot\n[    1.000000] BUG: Bad page state in process x\n[    1.000000] Call Trace:\n[    1.000000]  f+0x1/0x2\n[    1.000000] ---[ end trace 0 ]---\n[    2.000000] on\n')).toBe(`! crash    console.log  BUG: Bad page state
  ! BUG: Bad page state  no type, lines 2 to 5
      ╭─ console.log:2
    1 │ boot
  ▸ 2 │ [    1.000000] BUG: Bad page state in process x
    3 │ [    1.000000] Call Trace:
    4 │ [    1.000000]  f+0x1/0x2
    5 │ [    1.000000] ---[ end trace 0 ]---
`);
  });

  it('names the results that failed, and shows the first', () => {
    const text = render('KTAP version 1\n1..3\nok 1 a\nnot ok 2 b # too big\nnot ok 3 c\n');
    expect(text).toContain('✗ fail     console.log  2 results failed: b (too big), c\n  ✗ b  too big\n  ✗ c\n');
    expect(text).toContain('▸ 4 │ not ok 2 b # too big');
  });

  it('holds nothing that a terminal or a workflow would obey', () => {
    const text = render('KTAP version 1\n1..2\nnot ok 1 a\x9b31m::error::x\n::set-output::\n##[group]\nnot ok 2 \x07b\n', 'a\x1b[31m\n::error::b.log');
    expect(text).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f]/);
    expect(text).not.toMatch(/^\s*::/m);
    expect(text).not.toContain('##[');
  });
});
