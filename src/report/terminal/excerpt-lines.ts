// Console lines on the terminal, with their numbers and the place they are from; the ones that matter stand out.
import type { ExcerptLine } from '../excerpt.ts';
import { clip, safeLine, safeText } from '../text.ts';
import { glyphsOf, paint, paintLook, type Theme } from './theme.ts';

/** The lines with their numbers under the place they are from. */
export function excerptLines(lines: readonly ExcerptLine[], log: readonly string[], width: number, theme: Theme): readonly string[] {
  const { mark, bar, corner, ellipsis } = glyphsOf(theme);
  const digits = Math.max(0, ...lines.map(({ number }) => String(number).length));
  const head = log.map((place) => paint(theme, 'dim', `${' '.repeat(lines.length === 0 ? 0 : digits + 3)}${lines.length === 0 ? '' : corner}${place}`));
  const numbered = lines.map(({ number, text, marked }) => {
    const gutter = `${marked ? mark : ' '} ${String(number).padStart(digits)} ${bar}`;
    const shown = clip(safeLine(text) === '' ? '' : safeText(text).replace(/\n/g, ' '), Math.max(20, width - digits - 5), ellipsis);
    return `${marked ? paintLook(theme, 'fail', gutter) : paint(theme, 'dim', gutter)} ${marked ? paint(theme, 'bold', shown) : shown}`.trimEnd();
  });
  return [...head, ...numbered];
}
