// Which known failures hold for a cell: those of its case, then those of the project.
import type { Cell } from '../model/cell.ts';
import { isVersionRange, type KnownFailure, type ProjectKnown } from '../model/known.ts';
import { archMatcher, matchesName } from './select.ts';
import { satisfies } from './version.ts';

/** In the order they are written. */
export function knownFailures(cell: Pick<Cell, 'case' | 'kernel' | 'arch' | 'medium'>, ofProject: readonly ProjectKnown[]): readonly KnownFailure[] {
  return [...cell.case.known, ...ofProject.filter((entry) => fits(entry.case, (name) => matchesName(name, cell.case.name)))].filter(({ kernel, arch, medium }) =>
    fits(kernel, (pattern) => isVersionRange(pattern) ? satisfies(cell.kernel.release, pattern) : matchesName(pattern, cell.kernel.name))
    && fits(arch, (pattern) => archMatcher(pattern)(cell.arch))
    && fits(medium, (pattern) => matchesName(pattern, cell.medium)));
}

/** What is not written holds for all. */
const fits = (patterns: readonly string[] | undefined, matches: (pattern: string) => boolean): boolean => patterns === undefined || patterns.some(matches);
