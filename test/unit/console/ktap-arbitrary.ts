// KTAP documents of any shape in every dialect, for properties that hold for all of them.
import fc from 'fast-check';

export interface Tree { readonly name: string; readonly status: 'ok' | 'not ok' | 'skip'; readonly children: readonly Tree[] }

export interface Dialect { readonly indent: string; readonly subtest: boolean; readonly version: boolean; readonly prefix: boolean; readonly separator: string }

/** Results with names and statuses as these; a parent is as good as its children. */
export function treeArbitrary(name: fc.Arbitrary<string>, status: fc.Arbitrary<Tree['status']>): fc.Arbitrary<readonly Tree[]> {
  return fc.letrec<{ level: readonly Tree[] }>((tie) => ({
    level: fc.array(fc.record({ name, status, children: fc.oneof({ depthSize: 'small' }, fc.constant([]), tie('level')) }).map(settle), { minLength: 1, maxLength: 4 }),
  })).level;
}

function settle({ name, status, children }: Tree): Tree {
  if (children.length === 0) return { name, status, children };
  return { name, children, status: children.some((child) => child.status === 'not ok') ? 'not ok' : 'ok' };
}

export const dialectArbitrary: fc.Arbitrary<Dialect> = fc
  .record({ indent: fc.constantFrom('  ', '    ', '\t'), subtest: fc.boolean(), version: fc.boolean(), prefix: fc.boolean(), separator: fc.constantFrom(' ', ' - ') })
  .map((one) => ({ ...one, version: one.version || !one.subtest }));

/** The lines of a document, without their ends. */
export function printKtap(level: readonly Tree[], dialect: Dialect): readonly string[] {
  return ['KTAP version 1', `1..${level.length}`, ...printLevel(level, dialect, 0)].map((line) => (dialect.prefix ? `[    1.000000] ${line}` : line));
}

function printLevel(level: readonly Tree[], dialect: Dialect, depth: number): string[] {
  const { indent, subtest, version, separator } = dialect;
  const pad = indent.repeat(depth);
  return level.flatMap((one, index) => [
    ...one.children.length === 0 ? [] : [
      ...version ? [`${pad}${indent}KTAP version 1`] : [],
      ...subtest ? [`${pad}${indent}# Subtest: ${one.name}`] : [],
      `${pad}${indent}1..${one.children.length}`,
      ...printLevel(one.children, dialect, depth + 1),
    ],
    `${pad}${one.status === 'not ok' ? 'not ok' : 'ok'} ${index + 1}${separator}${one.name}${one.status === 'skip' ? ' # SKIP why' : ''}`,
  ]);
}

export const isResultLine = (line: string): boolean => /^(?:\[ *[\d.]+\] )?[ \t]*(?:not )?ok \d/.test(line);
