// Which cells exist: case × kernel × arch (× boot medium), with the project's include and exclude rules and the needs of each case.
// Equal projects give equal cells in equal order: case by name, kernel by version, arch as `matrix.arch` lists them.
import type { Arch } from '../model/arch.ts';
import type { BootMedium, Case } from '../model/case.ts';
import { cellId, type Cell } from '../model/cell.ts';
import { compareText } from '../model/compare-text.ts';
import type { Rule } from '../model/harness.ts';
import type { KernelSpec } from '../model/kernel.ts';
import { unbootable } from '../model/medium.ts';
import type { Project } from '../model/project.ts';
import { hostCell, type Host } from './host.ts';
import { unmetArch, unmetRelease } from './needs.ts';
import { archMatcher, nameMatcher } from './select.ts';
import { compareReleases } from './version.ts';

/**
 * Every cell of the matrix; a case with several media has a cell for each. A kernel that does not exist for an architecture has no cell there;
 * a case whose needs are not met has a cell with `skip`. A case with a script has one cell, on `host`, and none where that is undefined. Exclude rules
 * have the last word.
 */
export function expandMatrix(project: Pick<Project, 'harness' | 'cases' | 'kernels'>, archs: readonly Arch[], host?: Host): readonly Cell[] {
  const { matrix } = project.harness;
  const inKernels = anyMatcher(matrix.kernels);
  const inArchs = anyArchMatcher(matrix.arch);
  const included = ruleMatcher(matrix.include);
  const excluded = ruleMatcher(matrix.exclude);
  const cells: Cell[] = [];
  for (const testCase of [...project.cases].sort((a, b) => compareText(a.name, b.name))) {
    if (testCase.script !== undefined) {
      const own = host === undefined ? [] : [hostCell(testCase, host)];
      cells.push(...own.filter(({ kernel, arch }) => !excluded(testCase, kernel, arch)));
      continue;
    }
    for (const kernel of sortKernels(project.kernels)) {
      for (const arch of orderArchs(matrix.arch, archs)) {
        if (kernel.arch !== undefined && ![arch.name, ...arch.aliases].some((name) => kernel.arch?.includes(name))) continue;
        const listed = inKernels(kernel.name) && inArchs(arch);
        if ((listed || included(testCase, kernel, arch)) && !excluded(testCase, kernel, arch)) cells.push(...cellsOf(testCase, kernel, arch));
      }
    }
  }
  return cells;
}

/** Oldest first; kernels of one release by name. */
export function sortKernels(kernels: readonly KernelSpec[]): readonly KernelSpec[] {
  return [...kernels].sort((a, b) => compareReleases(a.release, b.release) || compareText(a.name, b.name));
}

/** One cell for each medium that the architecture can boot from; where there is none, one that says so. */
export function cellsOf(testCase: Case, kernel: KernelSpec, arch: Arch): readonly Cell[] {
  const media = [...new Set(testCase.boot)];
  const create = (medium: BootMedium, skip: string | undefined): Cell => {
    const id = cellId(testCase.name, kernel.name, arch.name, media.length > 1 ? medium : undefined);
    return { id, case: testCase, kernel, arch, medium, ...(skip === undefined ? {} : { skip }) };
  };
  const unmet = unmetArch(testCase.needs, arch) ?? unmetRelease(testCase.needs, kernel.release);
  const usable = media.filter((medium) => unbootable(medium, arch) === undefined);
  const [first = 'kernel+initrd'] = media;
  return usable.length === 0 ? [create(first, unmet ?? unbootable(first, arch))] : usable.map((medium) => create(medium, unmet));
}

/** Those of `matrix.arch` as written, then the others, which include rules may ask for, by name. */
function orderArchs(listed: readonly string[] | undefined, archs: readonly Arch[]): readonly Arch[] {
  const byName = [...archs].sort((a, b) => compareText(a.name, b.name));
  if (listed === undefined) return byName;
  return [...new Set([...listed.flatMap((name) => byName.filter((arch) => archMatcher(name)(arch))), ...byName])];
}

function anyMatcher(patterns: readonly string[] | undefined): (name: string) => boolean {
  if (patterns === undefined) return () => true;
  const matchers = patterns.map((pattern) => ({ pattern, matches: nameMatcher(pattern) }));
  return (name) => matchers.some(({ pattern, matches }) => pattern === name || matches(name));
}

function anyArchMatcher(patterns: readonly string[] | undefined): (arch: Arch) => boolean {
  if (patterns === undefined) return () => true;
  const matchers = patterns.map(archMatcher);
  return (arch) => matchers.some((matches) => matches(arch));
}

function ruleMatcher(rules: readonly Rule[]): (testCase: Case, kernel: KernelSpec, arch: Arch) => boolean {
  const compiled = rules.map((rule) => ({
    case: anyMatcher(optional(rule.case)),
    kernel: anyMatcher(optional(rule.kernel)),
    arch: anyArchMatcher(optional(rule.arch)),
    label: rule.label === undefined ? undefined : anyMatcher([rule.label]),
  }));
  return (testCase, kernel, arch) =>
    compiled.some((rule) => rule.case(testCase.name) && rule.kernel(kernel.name) && rule.arch(arch) && (rule.label === undefined || testCase.labels.some(rule.label)));
}

const optional = (pattern: string | undefined): readonly string[] | undefined => (pattern === undefined ? undefined : [pattern]);

/** By code units: the same on every machine, whatever its language. */
