import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/model/events.ts';
import type { Attempt } from '../../../src/model/report.ts';
import { foldEvents } from '../../../src/report/fold.ts';
import { gridOf } from '../../../src/report/grid.ts';
import { createBoard } from '../../../src/report/terminal/board.ts';
import { renderClosing } from '../../../src/report/terminal/closing.ts';
import { detectCapabilities } from '../../../src/report/terminal/detect.ts';
import { renderFrame } from '../../../src/report/terminal/frame.ts';
import { gridTime, renderGrid } from '../../../src/report/terminal/grid-view.ts';
import { createPlainLines } from '../../../src/report/terminal/plain.ts';
import type { Theme } from '../../../src/report/terminal/theme.ts';
import { displayWidth } from '../../../src/report/text.ts';
import { cellArbitrary } from './arbitrary.ts';
import { attempt, cellResult, eventsOf, planned, sampleEvents, sampleReport } from './sample.ts';

const plain: Theme = { color: false, unicode: true };
const ascii: Theme = { color: false, unicode: false };
const colored: Theme = { color: true, unicode: true };

const product = (cases: readonly string[], kernels: readonly string[], archs: readonly string[]): readonly string[] =>
  cases.flatMap((name) => kernels.flatMap((kernel) => archs.map((arch) => `${name}/${kernel}/${arch}`)));
const matrix = product(['boot', 'namespaces'], ['5.10', '6.1', '6.12', '7.x'], ['x86_64', 'aarch64', 'arm']).map((id) => planned(id));

describe('what a terminal can show', () => {
  it.each([
    ['a terminal', { LANG: 'en_US.UTF-8', TERM: 'xterm' }, true, { color: true, unicode: true, live: true }],
    ['a pipe', { LANG: 'en_US.UTF-8', TERM: 'xterm' }, false, { color: false, unicode: true, live: false }],
    ['a dumb terminal', { LANG: 'C.UTF-8', TERM: 'dumb' }, true, { color: false, unicode: true, live: false }],
    ['CI with a terminal', { LANG: 'C.UTF-8', CI: 'true' }, true, { color: true, unicode: true, live: false }],
    ['NO_COLOR', { LANG: 'C.UTF-8', NO_COLOR: '1' }, true, { color: false, unicode: true, live: true }],
    ['an empty NO_COLOR', { LANG: 'C.UTF-8', NO_COLOR: '' }, true, { color: true, unicode: true, live: true }],
    ['FORCE_COLOR in a pipe', { LANG: 'C.UTF-8', FORCE_COLOR: '1' }, false, { color: true, unicode: true, live: false }],
    ['FORCE_COLOR=0', { LANG: 'C.UTF-8', FORCE_COLOR: '0' }, true, { color: false, unicode: true, live: true }],
    ['the C locale', { LANG: 'C' }, true, { color: true, unicode: false, live: true }],
    ['LC_ALL over LANG', { LANG: 'C.UTF-8', LC_ALL: 'C' }, true, { color: true, unicode: false, live: true }],
    ['the Linux console', { LANG: 'C.UTF-8', TERM: 'linux' }, true, { color: true, unicode: false, live: true }],
  ])('is known of %s', (_, env, isTTY, expected) => {
    expect(detectCapabilities(env, isTTY)).toEqual(expected);
  });
});

describe('the grid', () => {
  const viewOf = () => ({ look: 'pass' as const, time: '2.3s' });

  it.each([
    [200, 'x86_64 aarch64 arm', '✓ 2.3s ✓ 2.3s  ✓ 2.3s'],
    [100, 'x86_64 aarch64 arm', '✓      ✓       ✓'],
    [80, 'x86 a64 arm', '✓   ✓   ✓'],
    [40, 'each x86_64 aarch64 arm', '✓✓✓'],
  ])('in %i columns shows as much as fits', (width, titles, row) => {
    const lines = renderGrid(gridOf(matrix), viewOf, width, plain) ?? [];
    expect(lines[1]).toContain(titles);
    expect(lines[2]).toContain(row);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
  });

  it('is left out where it is too wide, or goes on below', () => {
    expect(renderGrid(gridOf(matrix), viewOf, 20, plain)).toBeUndefined();
    const lines = renderGrid(gridOf(matrix), viewOf, 30, plain, true) ?? [];
    expect(lines.filter((line) => line.startsWith('boot'))).toHaveLength(4);
  });

  it('leaves a place empty where the matrix has no cell', () => {
    const cells = [planned('a/6.1/arm'), planned('b/6.1/x86_64'), planned('b/6.1/arm')];
    const known = new Set(cells.map(({ id }) => id));
    const view = (...place: readonly string[]) => (known.has(place.join('/')) ? viewOf() : undefined);
    expect(renderGrid(gridOf(cells), view, 30, ascii)?.slice(2)).toEqual(['a         + 2.3s', 'b  + 2.3s + 2.3s']);
  });

  it.each([[80, '0.1s'], [2345, '2.3s'], [9970, '10s'], [72_000, '72s'], [3_000_000, '50m']])('shows %i ms as %s', (ms, expected) => {
    expect(gridTime(ms)).toBe(expected);
  });
});

describe('a live frame', () => {
  it('never exceeds the terminal, at any moment of any run', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 200 }), fc.integer({ min: 3, max: 60 }), fc.integer({ min: 0, max: sampleEvents.length }), fc.nat(1_000_000), (columns, rows, length, later) => {
        const board = createBoard();
        sampleEvents.slice(0, length).forEach((event) => board.push(event));
        const lines = renderFrame(board, { columns, rows, nowMs: board.startedMs + later }, colored);
        expect(lines.length).toBeLessThan(rows);
        expect(Math.max(...lines.map(displayWidth))).toBeLessThan(columns);
      }),
    );
  });

  it('shows what runs, what is fetched, what went wrong and how far the run is', () => {
    const id = 'boot/6.1/arm';
    const start = Date.parse('2026-11-21T09:30:00.000Z');
    const at = (ms: number): string => new Date(start + ms).toISOString();
    const board = createBoard();
    const first = sampleEvents[0] as Extract<RunEvent, { kind: 'run-start' }>;
    const events: readonly RunEvent[] = [
      { ...first, at: at(0), concurrency: 1, cells: matrix },
      { at: at(0), kind: 'download', name: 'linux-image', done: 25, total: 100, finished: false },
      { at: at(0), kind: 'cell-end', result: cellResult('boot/5.10/x86_64', attempt({ kind: 'fail', reason: 'no lease' })) },
      { at: at(1000), kind: 'cell-phase', id, attempt: 2, phase: 'boot' },
    ];
    events.forEach((event) => board.push(event));
    const text = renderFrame(board, { columns: 120, rows: 40, nowMs: start + 4500 }, ascii).join('\n');
    expect(text).toMatch(/boot\/6\.1\/arm {2}boot {3}3\.5s +attempt 2/);
    expect(text).toMatch(/linux-image +=+-+ +25% +25\/100/);
    expect(text).toContain('x fail     boot/5.10/x86_64  no lease');
    expect(text).toMatch(/1\/24 {2}x 1 fail {2}4s, about 2m left/);
  });
});

/** A hunt over two cells, of which one fails in round 2. */
const hunt = (untilFail = false): readonly RunEvent[] => {
  const first = sampleEvents[0] as Extract<RunEvent, { kind: 'run-start' }>;
  const start = Date.parse('2026-11-21T09:30:00.000Z');
  const at = (ms: number): string => new Date(start + ms).toISOString();
  const cells = [planned('boot/6.1/arm'), planned('wavers/6.1/arm')];
  const round = (number: number, ...verdicts: readonly Attempt['verdict'][]): readonly RunEvent[] => [
    { at: at(number * 10_000), kind: 'round-start', round: number, count: 2 },
    ...cells.map(({ id }): RunEvent => ({ at: at(number * 10_000), kind: 'cell-phase', id, attempt: number, phase: 'boot' })),
    ...verdicts.map((verdict, index): RunEvent => ({ at: at(number * 10_000 + 4000), kind: 'attempt-end', id: cells[index]?.id ?? '', attempt: attempt(verdict, { number, durationMs: 4000 }) })),
    ...(verdicts.length < 2 ? [] : [{ at: at(number * 10_000 + 4200), kind: 'round-end', round: number } as const]),
  ];
  return [{ ...first, at: at(10_000), concurrency: 2, rounds: untilFail ? { untilFail } : { planned: 20 }, cells }, ...round(1, { kind: 'pass' }, { kind: 'pass' }), ...round(2, { kind: 'pass' }, { kind: 'fail', reason: 'no lease' }), ...round(3, { kind: 'pass' })];
};

describe('a live frame of a run in rounds', () => {
  const frameOf = (events: readonly RunEvent[], columns = 120): readonly string[] => {
    const board = createBoard();
    events.forEach((event) => board.push(event));
    return renderFrame(board, { columns, rows: 40, nowMs: Date.parse('2026-11-21T09:30:36.000Z') }, ascii);
  };

  it('shows the round, how far it is, what rounds before found, and how long the rest takes', () => {
    const text = frameOf(hunt()).join('\n');
    expect(text).toMatch(/^round 3\/20 {2}=+-+ {2}1\/2 {2}\+ 1 pass {2}x 1 fail {2}26s, about 4m left$/m);
    expect(text).toContain('x fail     wavers/6.1/arm  failed 1 of 2 rounds: no lease');
    expect(text).toMatch(/wavers\/6\.1\/arm {2}boot {3}6\.0s *$/m);
  });

  it('shows the round alone where nobody knows how many there will be', () => {
    expect(frameOf(hunt(true)).join('\n')).toMatch(/^round 3 {2}=+-+ {2}1\/2 .* 26s$/m);
  });

  it('never exceeds the terminal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 14, max: 140 }), fc.nat(hunt().length), (columns, length) => {
        expect(Math.max(0, ...frameOf(hunt().slice(0, length), columns).map(displayWidth))).toBeLessThan(columns);
      }),
    );
  });
});

describe('plain lines', () => {
  const linesOf = (events: readonly RunEvent[]): readonly string[] => {
    const printed: string[] = [];
    const display = createPlainLines(plain, (text) => printed.push(text));
    events.forEach((event) => display.push(event));
    return printed;
  };

  it('are one for each finished cell, whatever the guest printed', () => {
    fc.assert(
      fc.property(fc.array(cellArbitrary, { maxLength: 4 }), (cells) => {
        const lines = linesOf(eventsOf(cells)).filter((line) => line.startsWith('['));
        expect(lines.map((line) => line.split('\n').length)).toEqual(cells.map(() => 2));
      }),
    );
  });

  it('tell of a run in rounds each failure when it comes and each round when it ends', () => {
    expect(linesOf(hunt())).toEqual([
      '2 cells, up to 2 at once, 20 rounds\n',
      'round  1/20  ✓ 2 pass  4.2s\n',
      'round  2/20  ✗ fail     wavers/6.1/arm  4.0s  no lease\n',
      'round  2/20  ✓ 1 pass  ✗ 1 fail  4.2s\n',
    ]);
    expect(linesOf(hunt(true)).slice(0, 2)).toEqual(['2 cells, up to 2 at once, rounds until a cell fails\n', 'round 1  ✓ 2 pass  4.2s\n']);
  });

  it('say a notice once', () => {
    const notice: RunEvent = { at: '', kind: 'notice', message: 'using TCG' };
    expect(linesOf([notice, notice])).toEqual(['note using TCG\n']);
  });

  it('use the words of the verdicts', () => {
    const words = linesOf(sampleEvents).flatMap((line) => /^\[[ \d/]+\] \S+ (\w+) /.exec(line)?.[1] ?? []);
    expect(new Set(words)).toEqual(new Set(['pass', 'fail', 'crash', 'timeout', 'error', 'skip', 'flaky', 'cached', 'known']));
  });
});

describe('the end of a run', () => {
  it.each([
    [{ planned: 20 }, 'rounds   8 ran; asked for 20 rounds\n'],
    [{ planned: 1 }, 'rounds   8 ran; asked for 1 round\n'],
    [{ untilFail: true as const }, 'rounds   8 ran; asked for rounds until a cell fails\n'],
    [{ planned: 50, untilFail: true as const, forMs: 90_000 }, 'rounds   8 ran; asked for at most 50 rounds until a cell fails, none begun after 1m 30s\n'],
  ])('says how many rounds ran, and what was asked for: %j', (rounds, line) => {
    expect(close({ ...sampleReport, rounds })).toContain(line);
  });

  it('says of a cell alone in its reason how often it failed', () => {
    const cells = sampleReport.cells.filter(({ id }) => id === 'wavers/6.1/x86_64');
    expect(close({ ...sampleReport, cells })).toMatch(/^✗ fail {2}failed 2 of 8 rounds, error in 1: no lease\n {2}wavers {2}6\.1\/x86_64\n {2}first in round 2; 1\.0s to 1\.1s, median 1\.0s$/m);
  });

  const close = (report = sampleReport, theme = plain): string => renderClosing(report, { theme, columns: 100, folder: 'runs/x' });

  it('tells each failure with its reason, the lines around it and the command that repeats it', () => {
    const text = close();
    expect(text).toContain('✗ fail  check: 2 of 4 results failed\n  namespaces  6.1/arm\n');
    expect(text).toContain('╭─ runs/x/cells/namespaces_6.1_arm/console.log:121\n');
    expect(text).toContain('  ▸ 121 │ not ok 2 user\n    122 │ random: crng init done\n');
    expect(text).toContain('repeat kit-test run namespaces --kernel 6.1 --arch arm\n');
  });

  it('tells a reason once for all cells that have it', () => {
    expect(close().split('! crash').length - 1).toBe(1);
    expect(close()).toContain('  filesystems  6.1/x86_64, 6.1/arm\n');
  });

  it('says that the run was interrupted', () => {
    expect(close(foldEvents(sampleEvents.slice(0, 20)))).toContain('interrupted');
  });

  it('shows a single cell as a line, not as a grid', () => {
    expect(close(foldEvents(eventsOf([cellResult('boot/6.1/arm', attempt({ kind: 'pass' }))])))).toMatch(/^\n✓ pass {5}boot\/6\.1\/arm {2}2\.3s\n/);
  });

  it('says the same with and without colours', () => {
    expect(stripVTControlCharacters(close(sampleReport, colored))).toBe(close());
    expect(close(sampleReport, colored)).not.toBe(close());
  });

  it('needs no character beyond ASCII of its own', () => {
    const report = foldEvents(eventsOf(sampleReport.cells.filter((cell) => cell.case !== 'hostile' && cell.id !== 'xattr/6.1/arm')));
    expect(close(report, ascii)).toMatch(/^[\n\x20-\x7e]*$/);
  });
});

describe('a guest that hung', () => {
  it('has its answers named beside its reason', () => {
    const hang = { cause: 'spinning', where: 'CPU 0 spinning in machine_halt with interrupts off', cpus: [], blocked: [], memory: '440 MiB free of 512 MiB', log: 'cells/boot+6.1+arm/hang.log', screen: 'cells/boot+6.1+arm/screen.png', askedMs: 900, consoleBytes: 7 } as const;
    const cell = cellResult('boot/6.1/arm', attempt({ kind: 'timeout', phase: 'silence', limitMs: 60_000, reason: `silent for 60s; ${hang.where}`, where: hang.where }, { hang }));
    const text = renderClosing(foldEvents(eventsOf([cell])), { theme: plain, columns: 100, folder: 'run' });
    expect(text).toContain('◷ timeout  silent for 60s; CPU 0 spinning in machine_halt with interrupts off\n');
    expect(text).toContain('\n  asked  run/cells/boot+6.1+arm/hang.log, run/cells/boot+6.1+arm/screen.png  440 MiB free of 512 MiB\n');
  });
});
