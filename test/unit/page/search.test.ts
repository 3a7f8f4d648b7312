import { describe, expect, it } from 'vitest';
import { isChosen, parseQuery, toggleVerdict } from '../../../src/page/search.ts';
import { outlookOf } from '../../../src/report/summarize.ts';
import { sampleCells } from '../report/sample.ts';
import { foldEvents } from '../../../src/report/fold.ts';
import { sampleEvents } from '../report/sample.ts';

const { cells } = foldEvents(sampleEvents);
const found = (query: string): readonly string[] => cells.filter(parseQuery(query) ?? (() => true)).map(({ id }) => id);

describe('the search of cells', () => {
  it('leaves nothing out while it is empty', () => {
    for (const query of ['', '   ', '-']) expect(parseQuery(query)).toBeUndefined();
    expect(found('')).toHaveLength(sampleCells.length);
  });

  it('wants every word, wherever it stands, in any case', () => {
    const [cell] = cells;
    const [name = '', kernel = '', arch = ''] = cell?.id.split('/') ?? [];
    expect(found(`${arch.toUpperCase()} ${name} ${kernel}`)).toContain(cell?.id);
    expect(found(`${arch} no-such-word`)).toEqual([]);
  });

  it('finds what is new, lasts, or is fixed', () => {
    const ofState = (state: string): readonly string[] => cells.filter(({ history }) => history?.state === state).map(({ id }) => id);
    for (const state of ['new', 'since', 'fixed']) {
      expect(ofState(state)).not.toEqual([]);
      expect(found(`is:${state}`)).toEqual(ofState(state));
    }
    expect(found('is:new,fixed')).toEqual(cells.filter(({ history }) => ['new', 'fixed'].includes(history?.state ?? '')).map(({ id }) => id));
  });

  it('leaves out what a word with a minus names', () => {
    const all = new Set(cells.map(({ id }) => id));
    const arm = found('aarch64');
    expect(new Set([...arm, ...found('-aarch64')])).toEqual(all);
    expect(found('-aarch64').some((id) => arm.includes(id))).toBe(false);
  });

  it('selects by verdict, several at once', () => {
    expect(found('is:fail,crash').length).toBe(cells.filter((cell) => ['fail', 'crash'].includes(outlookOf(cell))).length);
    expect(found('is:cached')).toEqual(cells.filter(({ cached }) => cached !== undefined).map(({ id }) => id));
    expect(found('is:pass')).toEqual(expect.arrayContaining([...found('is:cached')]));
    expect(found('is:flaky')).toEqual(cells.filter(({ flaky }) => flaky).map(({ id }) => id));
  });

  it('is switched by the words of the tally and keeps the rest', () => {
    const once = toggleVerdict('arm', 'fail');
    expect(once).toBe('arm is:fail');
    expect(isChosen(once, 'fail')).toBe(true);
    const twice = toggleVerdict(once, 'crash');
    expect(twice).toBe('arm is:fail,crash');
    expect(toggleVerdict(toggleVerdict(twice, 'fail'), 'crash')).toBe('arm');
  });
});
