// Which cells a command works on: `--case`, `--kernel`, `--arch`, `--label` and `--medium`, globs that may be negated with `!`.
// The one home of picomatch: every name pattern of the project is matched here.
import picomatch from 'picomatch';
import type { Arch } from '../model/arch.ts';
import type { Cell } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import { listNames, suggest } from '../model/suggest.ts';

/** Patterns of each dimension; an empty list selects everything. */
export interface Selection {
  readonly case?: readonly string[] | undefined;
  readonly kernel?: readonly string[] | undefined;
  readonly arch?: readonly string[] | undefined;
  readonly label?: readonly string[] | undefined;
  readonly medium?: readonly string[] | undefined;
}

/** Whether a glob (or a plain name) matches a name. The empty pattern matches nothing. */
export function matchesName(pattern: string, name: string): boolean {
  return pattern === name || nameMatcher(pattern)(name);
}

/** A test of names, for a pattern that is used often. */
export function nameMatcher(pattern: string): (name: string) => boolean {
  if (pattern === '' || pattern.length > 1000) return () => false;
  return picomatch(pattern, { dot: true, nonegate: true });
}

/** An architecture is matched by globs over its name, and by each of its aliases written out: `arm64`, `aarch*`. */
export function archMatcher(pattern: string): (arch: Arch) => boolean {
  const matches = nameMatcher(pattern);
  return (arch) => arch.name === pattern || arch.aliases.includes(pattern) || matches(arch.name);
}

/**
 * The cells that match all dimensions, in the order given; never empty.
 * Within a dimension a cell must match one of the plain patterns (if there are any) and none of the negated.
 * @throws UsageError when a pattern matches no cell, or all together select nothing.
 */
export function selectCells(cells: readonly Cell[], selection: Selection): readonly Cell[] {
  if (cells.length === 0) throw new UsageError('NOTHING_SELECTED', 'the matrix has no cells', { hint: 'check `matrix` in harness.config.ts, and that some kernel exists for one of its architectures' });
  const active = dimensions.map((dimension) => ({ dimension, patterns: (selection[dimension.name] ?? []).map((text) => parsePattern(dimension, text)) }));
  for (const { dimension, patterns } of active) {
    for (const pattern of patterns) requireMatch(cells, dimension, pattern);
  }
  const selected = cells.filter((cell) => active.every(({ patterns }) => isSelected(cell, patterns)));
  if (selected.length === 0) throw nothingTogether(cells, active);
  return selected;
}

interface Dimension {
  readonly name: 'case' | 'kernel' | 'arch' | 'label' | 'medium';
  readonly plural: string;
  /** The names a cell has in this dimension. */
  readonly names: (cell: Cell) => readonly string[];
  readonly matcher: (pattern: string) => (cell: Cell) => boolean;
}

interface Pattern {
  readonly text: string;
  readonly negated: boolean;
  readonly matches: (cell: Cell) => boolean;
}

const byNames = (names: Dimension['names']): Dimension['matcher'] => (pattern) => {
  const matches = nameMatcher(pattern);
  return (cell) => names(cell).some((name) => name === pattern || matches(name));
};
const namesOf = {
  case: (cell: Cell) => [cell.case.name],
  kernel: (cell: Cell) => [cell.kernel.name],
  arch: (cell: Cell) => [cell.arch.name],
  label: (cell: Cell) => cell.case.labels,
  medium: (cell: Cell) => [cell.medium],
};
const dimensions: readonly Dimension[] = [
  { name: 'case', plural: 'cases', names: namesOf.case, matcher: byNames(namesOf.case) },
  { name: 'kernel', plural: 'kernels', names: namesOf.kernel, matcher: byNames(namesOf.kernel) },
  { name: 'arch', plural: 'architectures', names: namesOf.arch, matcher: (pattern) => { const matches = archMatcher(pattern); return (cell) => matches(cell.arch); } },
  { name: 'label', plural: 'labels', names: namesOf.label, matcher: byNames(namesOf.label) },
  { name: 'medium', plural: 'boot media', names: namesOf.medium, matcher: byNames(namesOf.medium) },
];

/** `!(a|b)` is a glob of its own, not a negation. */
function parsePattern(dimension: Dimension, text: string): Pattern {
  const negated = text.startsWith('!') && !text.startsWith('!(');
  return { text, negated, matches: dimension.matcher(negated ? text.slice(1) : text) };
}

function isSelected(cell: Cell, patterns: readonly Pattern[]): boolean {
  const wanted = patterns.filter((pattern) => !pattern.negated);
  return (wanted.length === 0 || wanted.some((pattern) => pattern.matches(cell))) && !patterns.some((pattern) => pattern.negated && pattern.matches(cell));
}

function requireMatch(cells: readonly Cell[], dimension: Dimension, pattern: Pattern): void {
  if (cells.some(pattern.matches)) return;
  const word = pattern.negated ? pattern.text.slice(1) : pattern.text;
  const known = existing(cells, dimension);
  const aliases = dimension.name === 'arch' ? [...new Set(cells.flatMap((cell) => cell.arch.aliases))] : [];
  const hint = suggest(word, known, dimension.plural);
  const viaAlias = hint.startsWith('did you mean') ? undefined : suggest(word, aliases, '').match(/^did you mean "[^"]*"\?/)?.[0];
  throw new UsageError('NOTHING_SELECTED', `--${dimension.name} ${JSON.stringify(pattern.text)} matches no ${dimension.name} of the matrix`, {
    hint: viaAlias === undefined ? hint : `${viaAlias} ${hint}`,
  });
}

function nothingTogether(cells: readonly Cell[], active: readonly { dimension: Dimension; patterns: readonly Pattern[] }[]): UsageError {
  const flags = active.flatMap(({ dimension, patterns }) => patterns.map(({ text }) => `--${dimension.name} ${JSON.stringify(text)}`));
  const what = dimensions.map((dimension) => ({ plural: dimension.plural, known: existing(cells, dimension) })).filter(({ plural, known }) => known.length > (plural === 'boot media' ? 1 : 0));
  return new UsageError('NOTHING_SELECTED', `no cell of the matrix matches ${flags.join(' ')}`, {
    hint: `the matrix has ${what.map(({ plural, known }) => `${plural} ${listNames(known)}`).join('; ')}`,
  });
}

const existing = (cells: readonly Cell[], dimension: Dimension): readonly string[] => [...new Set(cells.flatMap(dimension.names))];
