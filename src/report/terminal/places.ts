// Where cells are, in as few words as fit a line.
import { padEnd } from '../text.ts';

interface Place {
  readonly case: string;
  readonly kernel: string;
  readonly arch: string;
}

/** One line for each case: `namespaces  6.12/arm, 7.x/arm`. */
export function placesOf(cells: readonly Place[], width: number): readonly string[] {
  const names = [...new Set(cells.map((cell) => cell.case))];
  const nameWidth = Math.max(...names.map((name) => name.length));
  return names.map((name) => {
    const places = cells.filter((cell) => cell.case === name).map(({ kernel, arch }) => `${kernel}/${arch}`);
    return `${padEnd(name, nameWidth)}  ${fitList(places, width - nameWidth - 2)}`;
  });
}

/** As many items as fit, and how many do not. */
export function fitList(items: readonly string[], width: number): string {
  for (let shown = items.length; shown > 1; shown -= 1) {
    const text = items.slice(0, shown).join(', ') + (shown < items.length ? ` and ${items.length - shown} more` : '');
    if (text.length <= width) return text;
  }
  return items.length > 1 ? `${items[0] ?? ''} and ${items.length - 1} more` : items.join('');
}
