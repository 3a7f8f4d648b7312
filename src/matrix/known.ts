// Which known failures hold for a cell: those of its case, then those of the project.
import type { Cell } from '../model/cell.ts';
import { isVersionRange, type KnownFailure, type ProjectKnown } from '../model/known.ts';
import { archMatcher, matchesName } from './select.ts';
import { satisfies } from './version.ts';

/** In the order they are written. */
export function knownFailures(cell: Pick<Cell, 'case' | 'kernel' | 'arch' | 'medium'>, ofProject: readonly ProjectKnown[]): readonly KnownFailure[] {
  return listed(cell.case, ofProject).filter(({ kernel, arch, medium }) =>
    fits(kernel, (pattern) => isVersionRange(pattern) ? satisfies(cell.kernel.release, pattern) : matchesName(pattern, cell.kernel.name))
    && fits(arch, (pattern) => archMatcher(pattern)(cell.arch))
    && fits(medium, (pattern) => matchesName(pattern, cell.medium)));
}

/** Whether there are any for some cell of a case. */
export const hasKnownFailures = (of: Cell['case'], ofProject: readonly ProjectKnown[]): boolean => listed(of, ofProject).length > 0;

const listed = (of: Cell['case'], ofProject: readonly ProjectKnown[]): readonly KnownFailure[] =>
  [...of.known, ...ofProject.filter((entry) => fits(entry.case, (name) => matchesName(name, of.name)))];

/** What is not written holds for all. */
const fits = (patterns: readonly string[] | undefined, matches: (pattern: string) => boolean): boolean => patterns === undefined || patterns.some(matches);
