// Good runs of `go test` and of pytest in every form their options give them, for properties that hold for all of them.
import fc from 'fast-check';

export interface SuiteLine {
  readonly text: string;
  /** The same result, told as a failure; undefined for a line that tells none. */
  readonly failed?: string;
  /** Without it the console passes all the same: nothing says that there was such a result, or another line counts it. */
  readonly spare?: true;
}

interface GoTest { readonly name: string; readonly skipped: boolean; readonly children: readonly GoTest[] }
interface GoPackage { readonly name: string; readonly tests: readonly GoTest[] }

const unique = <T extends { readonly name: string }>(item: fc.Arbitrary<T>): fc.Arbitrary<readonly T[]> => fc.uniqueArray(item, { minLength: 1, maxLength: 3, selector: ({ name }) => name });

const goTests = fc.letrec<{ tests: readonly GoTest[] }>((tie) => ({
  tests: unique(fc.record({ name: fc.stringMatching(/^Test[A-Z][a-z]{0,4}$/), skipped: fc.boolean(), children: fc.oneof({ depthSize: 'small' }, fc.constant([]), tie('tests')) })),
})).tests;

const goPackages = unique(fc.record({ name: fc.stringMatching(/^[a-z]{1,4}\.org\/[a-z]{1,4}$/), tests: goTests }))
  // One that skips everything is no pass.
  .map((packages) => [...packages, { name: 'last', tests: [{ name: 'TestLast', skipped: false, children: [] }] }]);

interface Flat { readonly full: string; readonly depth: number; readonly word: 'PASS' | 'SKIP' }

const flatten = (tests: readonly GoTest[], above = '', depth = 0): readonly Flat[] => tests.flatMap(({ name, skipped, children }) => {
  const full = `${above}${name}`;
  return [{ full, depth, word: skipped && children.length === 0 ? 'SKIP' as const : 'PASS' as const }, ...flatten(children, `${full}/`, depth + 1)];
});

/** `go test -v ./...` */
const goText = ({ name, tests }: GoPackage): readonly SuiteLine[] => tests.flatMap((test): readonly SuiteLine[] => [
  ...flatten([test]).map(({ full }) => ({ text: `=== RUN   ${full}` })),
  ...flatten([test]).map(({ full, depth, word }) => {
    const line = (said: string): string => `${'    '.repeat(depth)}--- ${said}: ${full} (0.00s)`;
    return { text: line(word), failed: line('FAIL') };
  }),
]).concat({ text: 'PASS' }, { text: `ok  \t${name}\t0.01s` });

/** `go test -json ./...` */
function goJson({ name, tests }: GoPackage): readonly SuiteLine[] {
  const event = (fields: Readonly<Record<string, unknown>>): string => JSON.stringify({ Time: '2026-11-28T20:00:00Z', ...fields, Package: name });
  const end = (action: string, fields: Readonly<Record<string, unknown>> = {}): SuiteLine => ({ text: event({ Action: action, ...fields }), failed: event({ Action: 'fail', ...fields }) });
  return [
    { text: event({ Action: 'start' }) },
    ...flatten(tests).map(({ full }) => ({ text: event({ Action: 'run', Test: full }) })),
    ...flatten(tests).map(({ full, word }) => end(word.toLowerCase(), { Test: full, Elapsed: 0 })),
    end('pass', { Elapsed: 0.01 }),
  ];
}

/** `go test ./...`: a line for each package, and nothing that says how many there are. */
const goQuiet = ({ name }: GoPackage): readonly SuiteLine[] => [{ text: `ok  \t${name}\t0.01s`, failed: `FAIL\t${name}\t0.01s`, spare: true }];

/** Lines of several in any order, those of one in theirs: packages run at once. */
const interleave = (lists: readonly (readonly SuiteLine[])[], order: readonly number[]): readonly SuiteLine[] => {
  const rest = lists.map((list) => [...list]);
  const woven = order.flatMap((at) => rest[at % rest.length]?.splice(0, 1) ?? []);
  return [...woven, ...rest.flat()];
};

export const gotestArbitrary: fc.Arbitrary<readonly SuiteLine[]> = fc.oneof(
  goPackages.map((packages) => packages.flatMap(goText)),
  fc.tuple(goPackages, fc.array(fc.nat(), { maxLength: 30 })).map(([packages, order]) => interleave(packages.map(goJson), order)),
  goPackages.map((packages) => packages.flatMap(goQuiet)),
);

interface PyTest { readonly id: string; readonly word: 'PASSED' | 'SKIPPED' | 'XFAIL' | 'XPASS' }

const pyTests: fc.Arbitrary<readonly PyTest[]> = fc.uniqueArray(fc.record({
  id: fc.tuple(fc.constantFrom('tests/test_a.py', 'test_b.py'), fc.constantFrom('', '::TestC'), fc.stringMatching(/^test_[a-z]{1,4}$/), fc.constantFrom('', '[1]', '[x y]', '[b::c]')).map((parts) => `${parts[0]}${parts[1]}::${parts[2]}${parts[3]}`),
  word: fc.constantFrom<PyTest['word'][]>('PASSED', 'SKIPPED', 'XFAIL', 'XPASS'),
}), { minLength: 1, maxLength: 6, selector: ({ id }) => id }).map((tests) => [...tests, { id: 'test_last.py::test_last', word: 'PASSED' as const }]);

const countNames = { PASSED: 'passed', SKIPPED: 'skipped', XFAIL: 'xfailed', XPASS: 'xpassed' };

function pyEnd(tests: readonly PyTest[]): SuiteLine {
  const counts = Object.entries(countNames).map(([word, name]) => [tests.filter((test) => test.word === word).length, name] as const).filter(([count]) => count > 0);
  const line = (said: string): string => `===== ${said} in 0.01s =====`;
  return { text: line(counts.map((parts) => parts.join(' ')).join(', ')), failed: line(`1 failed, ${counts.map((parts) => parts.join(' ')).join(', ')}`) };
}

const pyHead = (tests: readonly PyTest[]): readonly SuiteLine[] => [{ text: '===== test session starts =====' }, { text: `collected ${tests.length} items` }];

const percent = (index: number, tests: readonly PyTest[]): string => `[${Math.floor((100 * (index + 1)) / tests.length).toString().padStart(3)}%]`;

/** `pytest -v` */
const pyVerbose = (tests: readonly PyTest[]): readonly SuiteLine[] => [
  ...pyHead(tests),
  ...tests.map(({ id, word }, index) => ({ text: `${id} ${word} ${percent(index, tests)}`, failed: `${id} FAILED ${percent(index, tests)}` })),
  pyEnd(tests),
];

/** `pytest -v -n 2` of pytest-xdist. */
const pyWorkers = (tests: readonly PyTest[]): readonly SuiteLine[] => tests
  .map(({ id, word }, index): SuiteLine => ({ text: `[gw${index % 2}] ${percent(index, tests)} ${word} ${id}`, failed: `[gw${index % 2}] ${percent(index, tests)} FAILED ${id}` }))
  .concat(pyEnd(tests));

/** `pytest -v -s`: what a test prints stands between its name and its end. */
const pyOutput = (tests: readonly PyTest[]): readonly SuiteLine[] => [
  ...pyHead(tests),
  ...tests.flatMap(({ id, word }): readonly SuiteLine[] => [{ text: `${id} hello` }, { text: word, failed: 'FAILED' }]),
  pyEnd(tests),
];

/** `pytest -rA`: each is named in the summary, and only there; the last line counts those that are not. */
const pySummary = (tests: readonly PyTest[]): readonly SuiteLine[] => [
  ...pyHead(tests),
  { text: `test_a.py ${'.'.repeat(tests.length)} [100%]` },
  { text: '===== short test summary info =====' },
  ...tests.map(({ id, word }) => ({ text: `${word} ${id}`, failed: `FAILED ${id} - assert 0`, spare: true as const })),
  pyEnd(tests),
];

export const pytestArbitrary: fc.Arbitrary<readonly SuiteLine[]> = fc.tuple(pyTests, fc.constantFrom(pyVerbose, pyWorkers, pyOutput, pySummary)).map(([tests, print]) => print(tests));
