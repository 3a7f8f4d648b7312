// Which cells files belong to that changed, or of which it is not known whether they did; and that in words. Pure.
import type { Cell } from '../../model/cell.ts';
import type { CellFile } from '../cell-files.ts';
import { safeLine } from '../../report/text.ts';

/** `changed`, or why nobody knows whether it did. */
export type Doubt = 'ignored' | 'outside';

export interface Touch {
  readonly path: string;
  readonly why: 'changed' | Doubt;
}

/** What is said of files; all paths are absolute. */
export interface Judge {
  /** The first of what changed that is `path`, lies in it, or holds it; or what is doubtful about it. */
  readonly touch: (path: string) => Touch | undefined;
}

/** A cell with the files of it that count as changed; at least one. */
export interface TouchedCell {
  readonly cell: Cell;
  readonly touches: readonly (Touch & Pick<CellFile, 'of'>)[];
}

/** The cells that have such a file, in the order given. */
export function touchedCells(cells: readonly Cell[], filesOf: (cell: Cell) => readonly CellFile[], { touch }: Judge): readonly TouchedCell[] {
  return cells.flatMap((cell) => {
    const touches = filesOf(cell).flatMap(({ path, of }) => {
      const found = touch(path);
      return found === undefined ? [] : [{ ...found, of }];
    });
    return touches.length === 0 ? [] : [{ cell, touches }];
  });
}

/** By a list of what changed, and nothing else. */
export const amongChanged = (changed: readonly string[]): Judge => ({
  touch(path) {
    const found = changed.find((one) => holds(path, one) || holds(one, path));
    return found === undefined ? undefined : { path: found, why: 'changed' };
  },
});

/** Whether one path is the other, or a folder that holds it. */
export const holds = (folder: string, path: string): boolean => path === folder || path.startsWith(folder === '/' ? folder : `${folder}/`);

/** A line for each case, kernel and runner by which cells were chosen: `boot: cases/boot/case.yaml changed`. `shown` is how people are told a path. */
export function touchLines(touched: readonly TouchedCell[], shown: (path: string) => string): readonly string[] {
  const subjects = new Map<string, Map<string, string>>();
  for (const { cell, touches } of touched) {
    for (const of of ['case', 'kernel', 'runner'] as const) {
      const own = touches.filter((touch) => touch.of === of);
      if (own.length === 0) continue;
      const name = subjectOf(cell, of);
      const byArch = subjects.get(name) ?? new Map<string, string>();
      subjects.set(name, byArch);
      byArch.set(cell.arch.name, touchText(own, shown));
    }
  }
  const archs = new Set(touched.map(({ cell }) => cell.arch.name));
  return [...subjects].flatMap(([name, byArch]) => {
    const texts = [...new Set(byArch.values())];
    // Files of one architecture are told as such.
    return texts.length === 1 && byArch.size === archs.size ? texts.map((text) => `${name}: ${text}`) : [...byArch].map(([arch, text]) => `${name} on ${arch}: ${text}`);
  });
}

function subjectOf({ case: { name }, kernel }: Cell, of: CellFile['of']): string {
  switch (of) {
    case 'case': return name;
    case 'kernel': return `kernel ${kernel.name}`;
    case 'runner': return 'runner';
  }
}

/** `a.sh and 2 more changed`. What certainly changed says more than any doubt. */
export function touchText(touches: readonly Touch[], shown: (path: string) => string): string {
  const certain = touches.filter(({ why }) => why === 'changed');
  const [first, ...rest] = [...new Map((certain.length > 0 ? certain : touches).map((touch) => [touch.path, touch])).values()];
  if (first === undefined) return '';
  const files = `${safeLine(shown(first.path))}${rest.length === 0 ? '' : ` and ${rest.length} more`}`;
  switch (first.why) {
    case 'changed': return `${files} changed`;
    case 'ignored': return `${files}: git ignores it, so whether it changed is not known`;
    case 'outside': return `${files}: it lies outside of the repository, so whether it changed is not known`;
  }
}
