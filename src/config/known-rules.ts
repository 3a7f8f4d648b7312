// Rules of `known` entries: what they name must exist, and all of it together must be a cell.
import type { KernelSpec } from '../model/kernel.ts';
import { isVersionRange, type KnownFailure } from '../model/known.ts';
import { archMistakes, isArch, nameMistakes, type NameChecks } from './name-rules.ts';
import { quote } from './quote.ts';
import type { Mistake, Path } from './source.ts';

interface KnownNames extends NameChecks {
  readonly kernels: readonly KernelSpec[];
  readonly kernelNames: readonly string[];
  /** Media that some cell boots from. */
  readonly media: readonly string[];
  /** Every kernel was read without a mistake. */
  readonly isComplete: boolean;
}

/** A list of one may have been written as a name alone: its mistake is that of the key. */
export function knownMistakes({ kernel, arch, medium }: KnownFailure, all: KnownNames, path: Path): readonly Mistake[] {
  const { checks } = all;
  const each = (key: string, patterns: readonly string[] | undefined, check: (pattern: string, at: Path) => readonly Mistake[]): readonly Mistake[] =>
    (patterns ?? []).flatMap((pattern, index) => check(pattern, [...path, key, ...(patterns?.length === 1 ? [] : [index])]));
  const single = [
    ...each('kernel', kernel, (pattern, at) => {
      if (!isVersionRange(pattern)) return nameMistakes(pattern, 'kernel', all.kernelNames, all, at);
      const problem = checks.rangeProblem(pattern);
      return problem === undefined ? [] : [{ path: at, message: `expected a version range, got ${quote(pattern)}: ${problem}` }];
    }),
    ...each('arch', arch, (pattern, at) => archMistakes(pattern, all, at)),
    ...each('medium', medium, (pattern, at) => nameMistakes(pattern, 'boot medium', all.media, all, at)),
  ];
  if (single.length > 0 || !all.isComplete) return single;
  const fits = (spec: KernelSpec): boolean =>
    (kernel?.some((pattern) => isVersionRange(pattern) ? checks.inRange(spec.release, pattern) : checks.matchesName(pattern, spec.name)) ?? true)
    && (spec.arch ?? []).some((name) => arch?.some((pattern) => isArch(pattern, name, all)) ?? true);
  return all.kernels.some(fits) ? [] : [{ path, message: 'this entry matches no cell: no kernel and architecture fulfil all of it' }];
}
