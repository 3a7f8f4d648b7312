// A block of lines at the end of the terminal's output that is drawn again in place (ECMA-48 control sequences).
import { displayWidth } from '../text.ts';
import type { Output } from '../reporter.ts';

export interface Screen {
  /** Shows these lines instead of the ones before. Left out while the terminal has not taken the last ones. */
  draw(lines: readonly string[]): void;
  /** Puts text above the block for good. */
  print(text: string): void;
  /** Takes the block away and gives the cursor back. */
  close(): void;
}

const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
/** Terminals that know synchronized output show a frame whole; the others ignore this. */
const beginFrame = '\x1b[?2026h';
const endFrame = '\x1b[?2026l';

export function createScreen(stdout: Output): Screen {
  let shown: readonly string[] = [];
  let hidden = false;
  let busy = false;
  const onDrain = (): void => {
    busy = false;
  };
  const write = (text: string): void => {
    if (!stdout.write(text)) busy = true;
  };
  const height = (): number => {
    // Counted anew each time: a terminal made narrower has wrapped the lines.
    const columns = stdout.columns ?? 80;
    return shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)), 0);
  };
  const up = (rows: number): string => (rows === 0 ? '' : `\x1b[${rows}A\r`);
  // Line by line: clearing the whole screen at once makes some terminals keep what was on it in their history.
  const replace = (lines: readonly string[]): string => `${up(height())}${lines.map((line) => `${line}\x1b[K\n`).join('')}`;
  stdout.on('drain', onDrain);
  return {
    draw(lines) {
      if (busy) return;
      const start = hidden ? '' : hideCursor;
      hidden = true;
      write(`${beginFrame}${start}${replace(lines)}\x1b[J${endFrame}`);
      shown = lines;
    },
    print(text) {
      write(`${beginFrame}${replace([...text.trimEnd().split('\n'), ...shown])}\x1b[J${endFrame}`);
    },
    close() {
      stdout.off('drain', onDrain);
      if (!hidden) return;
      const rows = height();
      write(`${replace(Array.from({ length: rows }, () => ''))}${up(rows)}${showCursor}`);
      hidden = false;
      shown = [];
    },
  };
}
