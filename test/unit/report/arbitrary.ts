// Cells with any verdict and any text, for properties that hold for every report.
import fc from 'fast-check';
import type { TestResult, TestStatus } from '../../../src/model/console.ts';
import type { Attempt, CellResult, SeenCrash } from '../../../src/model/report.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { cellResultOf } from '../../../src/report/cell-result.ts';
import { attempt, cellResult, hostile, planned } from './sample.ts';

const textArbitrary = fc.oneof(
  fc.constantFrom(...hostile.filter((text) => text.length < 1000)),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.array(fc.constantFrom(']]>', '\udc00', '\ud800', '\0', ']]', '>', '#', '\\', '{', '\n', '\r', '---', '...', ' ', '&', '<', '\x1b[1m', '::', '- ', 'ok 1', '# SKIP', '# TODO'), { maxLength: 8 }).map((parts) => parts.join('')),
);

const verdictArbitrary: fc.Arbitrary<Verdict> = fc.oneof(
  fc.constant<Verdict>({ kind: 'pass' }),
  fc.record({ kind: fc.constant('fail' as const), reason: textArbitrary, line: fc.nat(50) }),
  fc.record({ kind: fc.constant('crash' as const), title: textArbitrary, line: fc.nat(50), endLine: fc.nat(99) }),
  fc.record({ kind: fc.constant('timeout' as const), phase: fc.constantFrom('boot' as const, 'silence' as const, 'total' as const), limitMs: fc.nat(), reason: textArbitrary }),
  fc.record({ kind: fc.constant('error' as const), stage: fc.constantFrom('kernel' as const, 'image' as const), reason: textArbitrary, hint: textArbitrary }),
  fc.record({ kind: fc.constant('skip' as const), reason: textArbitrary }),
);

const resultArbitrary: fc.Arbitrary<TestResult> = fc.letrec<{ result: TestResult }>((tie) => ({
  result: fc
    .record({
      name: textArbitrary,
      status: fc.constantFrom<TestStatus>('pass', 'fail', 'skip', 'xfail', 'missing'),
      detail: textArbitrary,
      line: fc.nat(50),
      children: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.constant([]), fc.array(tie('result'), { maxLength: 2 })),
      informative: fc.boolean(),
    })
    .map(({ informative, ...result }) => (informative ? { ...result, informative } : result)),
})).result;

const crashArbitrary: fc.Arbitrary<SeenCrash> = fc
  .record({ kind: fc.constant('crash' as const), title: textArbitrary, type: fc.constantFrom('WARNING', 'UNKNOWN'), line: fc.nat(50), endLine: fc.nat(99), panicked: fc.boolean(), expected: fc.boolean() })
  .map(({ expected, ...crash }) => (expected ? { ...crash, expected } : crash));

const attemptArbitrary: fc.Arbitrary<Attempt> = fc
  .record({ verdict: verdictArbitrary, results: fc.array(resultArbitrary, { maxLength: 3 }), crashes: fc.array(crashArbitrary, { maxLength: 2 }), excerpt: fc.array(fc.record({ number: fc.nat(60), text: textArbitrary }), { maxLength: 3 }), durationMs: fc.nat(1_000_000) })
  .map(({ verdict, ...more }) => attempt(verdict, more));

const idArbitrary = fc.tuple(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/), fc.constantFrom('5.10', '6.12', '7.x'), fc.constantFrom('x86_64', 'aarch64', 'arm')).map((parts) => parts.join('/'));

/** A cell of a run in rounds: any of them may end in any way, known ones too. */
const roundsArbitrary: fc.Arbitrary<CellResult> = fc
  .tuple(idArbitrary, fc.array(fc.tuple(attemptArbitrary, fc.boolean()), { minLength: 1, maxLength: 5 }), fc.boolean())
  .map(([id, attempts, isBounded]) => {
    const [first, ...rest] = attempts.map(([each, isKnown], index): Attempt => {
      const isFailure = ['fail', 'crash', 'timeout'].includes(each.verdict.kind);
      return { ...each, number: index + 1, startedAt: '2026-11-21T09:30:00.000Z', ...(isFailure && isKnown ? { known: { reason: 'listed' } } : {}) };
    });
    return cellResultOf(planned(id), [first ?? attempt({ kind: 'pass' }), ...rest], isBounded ? { planned: 5 } : { untilFail: true });
  });

/** A cell as a run makes it: of one that is retried only a pass or a last attempt is without a successor. */
const retriedArbitrary: fc.Arbitrary<CellResult> = fc
  .tuple(idArbitrary, fc.array(attemptArbitrary.filter(({ verdict }) => verdict.kind !== 'pass' && verdict.kind !== 'skip'), { maxLength: 2 }), attemptArbitrary)
  .map(([id, earlier, last]) => {
    const [first, ...rest] = [...earlier, last].map((each, index) => ({ ...each, number: index + 1 }));
    return cellResult(id, first ?? last, ...rest);
  });

export const cellArbitrary: fc.Arbitrary<CellResult> = fc.oneof({ weight: 2, arbitrary: retriedArbitrary }, roundsArbitrary);
