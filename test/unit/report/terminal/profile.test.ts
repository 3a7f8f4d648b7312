import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderProfile } from '../../../../src/report/terminal/profile.ts';
import { displayWidth } from '../../../../src/report/text.ts';
import { sampleReport } from '../sample.ts';

const plain = { theme: { color: false, unicode: true }, columns: 120, reporters: [{ name: 'terminal', ms: 12 }, { name: 'html', ms: 340 }] };
const report = { ...sampleReport, startupMs: 310 };

describe('the table of where the time went', () => {
  it.each([50, 60, 79, 80, 100, 200])('fits into %i columns', (columns) => {
    const text = renderProfile(report, { ...plain, columns, reporters: ['terminal', 'github-comment', 'markdown', 'html'].map((name) => ({ name, ms: 1234 })) });
    for (const line of text.split('\n')) expect(displayWidth(line), line).toBeLessThan(columns);
    for (const word of ['kernel', 'image', 'wait', 'start', 'boot', 'test', 'end', 'report']) expect(text).toMatch(new RegExp(`^  ${word} +\\d`, 'm'));
  });

  it('says what the run took beside its cells', () => {
    expect(renderProfile(report, plain)).toMatch(/start-up +310ms .*\n +template +1\.9s {2}1 boot, 6\.1\/aarch64 1\.9s\n +cells .*\n +reports +352ms {2}terminal 12ms, html 340ms\n/);
  });

  it('has colours only where they are wanted, and then the same words', () => {
    const text = renderProfile(report, plain);
    const coloured = renderProfile(report, { ...plain, theme: { color: true, unicode: true } });
    expect(text).not.toContain('\x1b');
    expect(coloured).toContain('\x1b');
    expect(stripVTControlCharacters(coloured)).toBe(text);
  });

  it('is plain ASCII where a terminal has nothing else', () => {
    expect(renderProfile(report, { ...plain, theme: { color: false, unicode: false } })).toMatch(/^[\n\x20-\x7e]+$/);
  });

  it('says so where nothing is known', () => {
    expect(renderProfile({ ...report, cells: [] }, plain)).toContain('no attempt of this run tells');
  });
});
