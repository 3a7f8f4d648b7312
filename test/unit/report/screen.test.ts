import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Output } from '../../../src/report/reporter.ts';
import { createScreen } from '../../../src/report/terminal/screen.ts';

/** As much of a terminal as the screen uses: lines, cursor up, erase to the end of line and screen, cursor on and off. */
function createTerminal() {
  const lines: string[] = [''];
  const state = { row: 0, column: 0, cursor: true };
  const put = (character: string): void => {
    const line = (lines[state.row] ?? '').padEnd(state.column);
    lines[state.row] = line.slice(0, state.column) + character + line.slice(state.column + 1);
    state.column += 1;
  };
  const control = (parameters: string, final: string): void => {
    if (final === 'A') state.row -= Number(parameters);
    else if (final === 'K') lines[state.row] = (lines[state.row] ?? '').slice(0, state.column);
    else if (final === 'J') lines.splice(state.row, Infinity, (lines[state.row] ?? '').slice(0, state.column));
    else if (parameters === '?25') state.cursor = final === 'h';
    if (state.row < 0) throw new Error('above the top');
  };
  const write = (text: string): boolean => {
    for (const [token, parameters, final, character] of text.matchAll(/\x1b\[([?\d]*)([A-Za-z])|([^])/g)) {
      if (final !== undefined) control(parameters ?? '', final);
      else if (token === '\n') {
        state.row += 1;
        state.column = 0;
        lines[state.row] ??= '';
      } else if (token === '\r') state.column = 0;
      else put(character ?? '');
    }
    return true;
  };
  const stdout = { columns: 80, write, on: () => stdout, off: () => stdout } as unknown as Output;
  return { stdout, state, text: () => lines.join('\n') };
}

const linesArbitrary = fc.array(fc.stringMatching(/^[a-z ]{0,20}$/), { maxLength: 6 });

describe('the screen', () => {
  it('shows the printed lines and below them the last block, and takes the block away at the end', () => {
    const steps = fc.array(fc.oneof(fc.record({ draw: linesArbitrary }), fc.record({ print: fc.stringMatching(/^[a-z]{1,20}$/) })), { maxLength: 12 });
    fc.assert(
      fc.property(steps, (all) => {
        const terminal = createTerminal();
        const screen = createScreen(terminal.stdout);
        const printed: string[] = [];
        let block: readonly string[] = [];
        for (const step of all) {
          if ('draw' in step) screen.draw((block = step.draw));
          else {
            printed.push(step.print);
            screen.print(step.print);
          }
          expect(terminal.text()).toBe([...printed, ...block, ''].join('\n'));
        }
        screen.close();
        expect(terminal.text().trimEnd()).toBe(printed.join('\n'));
        expect(terminal.state).toMatchObject({ cursor: true, row: printed.length });
      }),
    );
  });

  it('hides the cursor while it draws', () => {
    const { stdout, state } = createTerminal();
    createScreen(stdout).draw(['x']);
    expect(state.cursor).toBe(false);
  });

  it('leaves frames out while the terminal is busy', () => {
    const written: string[] = [];
    const listeners: (() => void)[] = [];
    const stdout = { columns: 80, write: (text: string) => written.push(text) === 0, on: (_: string, listener: () => void) => listeners.push(listener), off: () => undefined } as unknown as Output;
    const screen = createScreen(stdout);
    screen.draw(['a']);
    screen.draw(['b']);
    expect(written).toHaveLength(1);
    listeners.forEach((listener) => listener());
    screen.draw(['c']);
    expect(written[1]).toContain('c');
  });
});
