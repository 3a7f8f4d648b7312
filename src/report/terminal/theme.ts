// Colours and symbols of the terminal. Every symbol is told apart without its colour, and every one has an ASCII form.
import { styleText } from 'node:util';
import type { Outlook } from '../summarize.ts';

export interface Theme {
  readonly color: boolean;
  readonly unicode: boolean;
}

/** How a cell looks on the grid: its outlook, or that it has none yet. */
export type Look = Outlook | 'running' | 'waiting';

export type Style = 'dim' | 'bold' | 'cyan' | 'yellow' | 'green' | 'red';

const styles = {
  pass: 'green',
  cached: ['dim', 'green'],
  flaky: 'yellow',
  known: ['dim', 'red'],
  fail: 'red',
  crash: ['bold', 'magenta'],
  timeout: ['bold', 'yellow'],
  error: ['bold', 'cyan'],
  skip: 'dim',
  running: 'cyan',
  waiting: 'dim',
} as const;

const unicodeSymbols: Readonly<Record<Look, string>> = { pass: '✓', cached: '=', flaky: '≈', known: '◇', fail: '✗', crash: '!', timeout: '◷', error: '?', skip: '–', running: '●', waiting: '·' };
const asciiSymbols: Readonly<Record<Look, string>> = { pass: '+', cached: '=', flaky: '~', known: 'k', fail: 'x', crash: '!', timeout: 'T', error: '?', skip: '-', running: '*', waiting: '.' };

const unicodeGlyphs = { rule: '─', bar: '│', corner: '╭─ ', barFull: '━', barRest: '─', ellipsis: '…', arrow: '→', down: '↓', mark: '▸', dot: '·', spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] } as const;
const asciiGlyphs = { rule: '-', bar: '|', corner: '--> ', barFull: '=', barRest: '-', ellipsis: '...', arrow: '->', down: 'v', mark: '>', dot: '-', spinner: ['|', '/', '-', '\\'] } as const;

export const glyphsOf = ({ unicode }: Theme): typeof unicodeGlyphs | typeof asciiGlyphs => (unicode ? unicodeGlyphs : asciiGlyphs);

export const symbolOf = (theme: Theme, look: Look): string => (theme.unicode ? unicodeSymbols : asciiSymbols)[look];

/** The text in a colour; without colours as it is. */
export function paint(theme: Theme, style: Style, text: string): string {
  return theme.color ? styleText(style, text, { validateStream: false }) : text;
}

/** The text in the colour of a look. */
export function paintLook(theme: Theme, look: Look, text: string): string {
  const style = styles[look];
  return theme.color ? styleText(typeof style === 'string' ? style : [...style], text, { validateStream: false }) : text;
}
