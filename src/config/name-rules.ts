// Patterns over names of cases, kernels, labels and architectures: each must be one of something that exists.
import type { MatrixChecks } from '../model/project.ts';
import { suggest } from '../model/suggest.ts';
import { type ArchNames, canonicalArch, suggestArch } from './arch-names.ts';
import { quote } from './quote.ts';
import type { Mistake, Path } from './source.ts';

export interface NameChecks {
  readonly archs: readonly ArchNames[];
  readonly checks: MatrixChecks;
}

export function nameMistakes(pattern: string, kind: 'case' | 'kernel' | 'label' | 'boot medium', names: readonly string[], { checks }: Pick<NameChecks, 'checks'>, path: Path): readonly Mistake[] {
  if (names.some((name) => checks.matchesName(pattern, name))) return [];
  return [{ path, message: `no ${kind} matches ${quote(pattern)}`, hint: suggest(pattern, names, kind === 'boot medium' ? 'boot media' : `${kind}s`) }];
}

export function archMistakes(pattern: string, known: NameChecks, path: Path): readonly Mistake[] {
  return known.archs.some(({ name }) => isArch(pattern, name, known)) ? [] : [{ path, message: `no architecture matches ${quote(pattern)}`, hint: suggestArch(known.archs, pattern) }];
}

/** No pattern stands for all. */
export const isArch = (pattern: string | undefined, name: string, { archs, checks }: NameChecks): boolean =>
  pattern === undefined || canonicalArch(archs, pattern) === name || checks.matchesName(pattern, name);
