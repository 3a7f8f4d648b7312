import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDesk } from '../../../../src/cli/watch/desk.ts';
import { refuseWatch } from '../../../../src/cli/watch/refuse.ts';
import { failingAfter, joined, noWishes, wishedCells, wishOfKey, type Wishes } from '../../../../src/cli/watch/wishes.ts';
import { expandMatrix } from '../../../../src/matrix/expand.ts';
import { archs, ids, makeCase, makeKernel, makeProject } from '../../matrix/sample.ts';
import { attempt, cellResult } from '../../report/sample.ts';

const cells = expandMatrix(makeProject([makeCase('a'), makeCase('b'), makeCase('c')], [makeKernel('6.1')], { matrix: { arch: ['arm'] } }), archs);
const [a = '', b = '', c = ''] = ids(cells);

const wishes = fc.record({ quit: fc.boolean(), all: fc.boolean(), failed: fc.boolean(), changed: fc.subarray(['/a', '/b', '/c']) });

describe('wishes', () => {
  it('add up, in whatever order they come', () => {
    fc.assert(fc.property(wishes, wishes, wishes, (x, y, z) => {
      expect(joined(joined(x, y), z)).toEqual(joined(x, joined(y, z)));
      expect(joined(x, y)).toEqual(joined(y, x));
      expect(joined(x, noWishes)).toEqual({ ...x, changed: [...x.changed].sort() });
    }));
  });

  it.each<[string, Partial<Wishes> | undefined]>([['\r', { all: true }], ['\n', { all: true }], ['f', { failed: true }], ['q', { quit: true }], ['F', undefined], [' ', undefined]])('of the key %j are %j', (key, wish) => {
    expect(wishOfKey(key)).toEqual(wish);
  });

  it('choose cells in the order of the matrix', () => {
    const chosen = (more: Partial<Wishes>, touched: readonly string[] = [], failing: readonly string[] = []): readonly string[] => ids(wishedCells(cells, joined(noWishes, more), new Set(touched), new Set(failing)));
    expect(chosen({ all: true })).toEqual([a, b, c]);
    expect(chosen({ changed: ['/x'] }, [c, a])).toEqual([a, c]);
    expect(chosen({ failed: true }, [c], [b])).toEqual([b, c]);
    expect(chosen({ changed: ['/x'] }, [], [b])).toEqual([]);
  });

  it('know what fails by how each cell ended last', () => {
    const after = failingAfter(new Set([a, b]), [
      cellResult(a, attempt({ kind: 'pass' })), cellResult(b, attempt({ kind: 'skip', reason: 'interrupted' })), cellResult(c, attempt({ kind: 'error', stage: 'image', reason: 'x' })),
    ]);
    expect([...after].sort()).toEqual([b, c]);
  });
});

describe('a desk', () => {
  const idle = (): void => undefined;

  it('keeps what comes while nobody asks, and says when there is nothing', async () => {
    const desk = createDesk();
    desk.wish({ changed: ['/a'] });
    desk.wish({ failed: true });
    desk.wish({ changed: ['/b'] });
    expect(await desk.next(() => expect.fail('there is something'))).toEqual({ quit: false, all: false, failed: true, changed: ['/a', '/b'] });
    let wasIdle = 0;
    const next = desk.next(() => (wasIdle += 1));
    desk.wish({});
    desk.wish({ all: true });
    expect(await next).toMatchObject({ all: true, changed: [] });
    expect(wasIdle).toBe(1);
  });

  it('cuts work short for a key, not for a change', async () => {
    const desk = createDesk();
    expect(await desk.during((signal) => {
      desk.wish({ changed: ['/a'] });
      const before = signal.aborted;
      desk.wish({ all: true });
      return Promise.resolve([before, signal.aborted]);
    })).toEqual([false, true]);
    expect(await desk.next(idle)).toMatchObject({ all: true, changed: ['/a'] });
    expect(await desk.during((signal) => Promise.resolve(signal.aborted))).toBe(false);
    // What was pressed before the work began is about the work.
    desk.wish({ quit: true });
    expect(await desk.during((signal) => Promise.resolve(signal.aborted))).toBe(true);
  });
});

it.each([[{ CI: '' }, true], [{ CI: 'false' }, true], [{ CI: '0' }, true], [{}, true], [{ CI: '1' }, false], [{ CI: 'true' }, false]])('waiting is allowed with %j: %j', (env, allowed) => {
  if (allowed) expect(() => refuseWatch({}, env)).not.toThrow();
  else expect(() => refuseWatch({}, env)).toThrow('--watch waits');
});
