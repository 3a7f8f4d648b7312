// A KTAP document: gives every result its place by relative indentation (2, 4, a tab), version lines and `# Subtest:`.
// https://docs.kernel.org/dev-tools/ktap.html; KUnit and kselftest as they really print are in the tests.
import { moveResults } from '../budget.ts';
import type { Budget } from '../budget.ts';
import { ownText } from '../clean.ts';
import { countRan } from '../leaves.ts';
import { addResult, closeLevel, countFromOne, isComplete, isEmpty, keepComment, openLevel } from './level.ts';
import { fitOf } from './fit.ts';
import { parseKtapLine } from './syntax.ts';
import type { KtapLine } from './syntax.ts';
import { parseTotals } from './totals.ts';
import type { Totals } from './totals.ts';
import type { Document, Level } from './types.ts';

const depthLimit = 32;
const commentDepthLimit = 3;
const problemLimit = 20;
/** kselftest's runner says which test begins. */
const begun = /^selftests: \S.{0,150}$/;

/** Opens a document at its version line. */
export function createDocument(indent: number, startLine: number, budget: Budget, commentDepth = 0): Document {
  const root = openLevel(indent, startLine, true, true);
  const stack: Level[] = [root];
  const problems: string[] = [];
  let yamlIndent: number | undefined;
  let last: string | undefined;

  const top = (): Level => stack[stack.length - 1] ?? root;
  const complain = (problem: string): void => {
    if (problems.length < problemLimit && !problems.includes(problem)) problems.push(ownText(problem, 1000));
  };

  function closeTop(): void {
    const level = stack.pop();
    if (level === undefined) return;
    endInner(level);
    const empty = level.empty + (isEmpty(level) ? 1 : 0);
    const closed = closeLevel(level, budget);
    closed.problems.forEach((problem) => { complain(level.name === undefined ? problem : `${level.name}: ${problem}`); });
    const parent = top();
    if (level.name !== undefined) {
      parent.current ??= level.name;
      parent.unreported += 1;
    }
    moveResults(parent.children, closed.kept);
    // The root's own results are never guessed at.
    if (level.announced || level.planned !== undefined || parent === root) parent.bareChildren = false;
    parent.empty += empty;
  }

  function closeDeeper(than: number): void {
    while (stack.length > 1 && top().indent > than) closeTop();
  }

  function open(at: number, line: number, announced: boolean): void {
    if (stack.length >= depthLimit) complain(`nested deeper than ${depthLimit} levels`);
    else stack.push(openLevel(at, line, announced));
  }

  /** A version or Subtest line: the level it stands for becomes the top one. */
  function openAnnounced(at: number, line: number): Level {
    closeDeeper(at);
    const level = top();
    const fresh = level.count === 0 && level.planned === undefined && level.children.count === 0;
    if (level.indent === at && level.announced && (fresh || stack.length === 1)) return level;
    if (level.indent === at) closeTop();
    open(at, line, true);
    return top();
  }

  function takeSubtest(ktap: Extract<KtapLine, { kind: 'subtest' }>, line: number): void {
    closeDeeper(ktap.indent);
    const level = top();
    const started = level.count > 0 || level.planned !== undefined;
    last = ownText(ktap.name);
    // TAP 14 announces a child at its parent's indentation, KUnit at the child's own.
    if (level.indent === ktap.indent && started && (stack.length === 1 || level.name === undefined)) level.current = last;
    else {
      const child = openAnnounced(ktap.indent, line);
      if (child !== root) child.name = last;
      else root.current = last;
    }
  }

  function takePlan(ktap: Extract<KtapLine, { kind: 'plan' }>, line: number): void {
    closeDeeper(ktap.indent);
    if (ktap.indent > top().indent && (top().count > 0 || top().planned !== undefined)) open(ktap.indent, line, false);
    const level = top();
    if (level.planned !== undefined && level.planned !== ktap.count) complain(`the plan 1..${level.planned} became 1..${ktap.count}`);
    countFromOne(level);
    level.planned = ktap.count;
    if (ktap.skip !== undefined) level.skipReason = ktap.skip;
  }

  function takeResult(ktap: Extract<KtapLine, { kind: 'result' }>, line: number, repaired: boolean): void {
    closeDeeper(ktap.indent);
    if (ktap.indent > top().indent) {
      // Program noise such as `  ok` is no result; numbers make it one.
      if (ktap.number === undefined) return;
      open(ktap.indent, line, false);
    }
    const level = top();
    endInner(level);
    const problem = addResult(level, ktap, line, budget, repaired);
    if (problem !== undefined) complain(level.name === undefined ? problem : `${level.name}: ${problem}`);
    level.lastResultAt = line;
    last = level.lastName ?? last;
  }

  function takeComment(ktap: Extract<KtapLine, { kind: 'comment' }>, line: number): void {
    const totals = parseTotals(ktap.text);
    if (totals !== undefined) {
      takeTotals(totals, ktap.indent);
      return;
    }
    const level = top();
    if (ktap.text.endsWith(': kunit test case crashed!')) level.crashed = true;
    if (begun.test(ktap.text)) {
      level.current = ownText(ktap.text);
      last = level.current;
      return;
    }
    const inner = commentDepth < commentDepthLimit ? parseKtapLine(ktap.text) : undefined;
    if (inner === undefined || inner.kind === 'yaml' || inner.kind === 'comment' && level.inner === undefined || inner.kind === 'result' && inner.number === undefined) {
      keepComment(level, ktap.text);
      return;
    }
    level.inner ??= createDocument(0, line, budget, commentDepth + 1);
    level.inner.feed(inner, line, false);
    if (inner.kind === 'comment') keepComment(level, inner.text);
  }

  /** kselftest's totals are of the level they stand in; KUnit's name a suite, and those without a name are of the suite they end. */
  function takeTotals(totals: Totals, indent: number): void {
    if (totals.kunit && totals.of === 'Totals') {
      const suite = stack.find((open) => open.indent > indent);
      if (suite !== undefined) suite.leafTotals = totals;
      return;
    }
    const level = totals.kunit ? stack.findLast(({ name }) => name === totals.of) : stack.find((open) => open.indent === indent);
    if (level === undefined || totals.kunit && level === root) return;
    while (top() !== level) closeTop();
    level.totals = totals;
  }

  /** kselftest's results in comments become children that inform and do not decide. */
  function endInner(level: Level): void {
    if (level.inner === undefined) return;
    const { kept, problems: inside, contradiction } = level.inner.finish();
    // Programs that print one document after another, or out of order, count otherwise than we do.
    if (contradiction !== undefined && inside.length === 1) complain(level.current === undefined ? contradiction : `${level.current}: ${contradiction}`);
    const told = kept.results.filter((result) => result.status !== 'missing').map((result) => ({ ...result, informative: true as const }));
    level.inner = undefined;
    moveResults(level.children, { results: told, unlisted: undefined, count: told.length });
  }

  return {
    line: startLine,
    indent,
    feed(ktap, line, repaired) {
      if (yamlIndent !== undefined) {
        if (ktap.indent >= yamlIndent) {
          if (ktap.kind === 'yaml' && !ktap.opens) yamlIndent = undefined;
          return;
        }
        yamlIndent = undefined;
      }
      switch (ktap.kind) {
        case 'version': openAnnounced(ktap.indent, line); break;
        case 'subtest': takeSubtest(ktap, line); break;
        case 'plan': takePlan(ktap, line); break;
        case 'result': takeResult(ktap, line, repaired); break;
        case 'comment': takeComment(ktap, line); break;
        case 'bail': complain(`Bail out! ${ktap.reason}`.trim()); break;
        case 'yaml': if (ktap.opens && top().lastResultAt === line - 1 && ktap.indent === top().indent + 2) yamlIndent = ktap.indent; break;
      }
    },
    fit: (ktap) => fitOf(stack, ktap),
    complain,
    announced: () => (root.current?.startsWith('selftests: ') === true ? root.current : undefined),
    lastTest: () => last,
    complete: () => stack.length === 1 && root.planned !== 0 && isComplete(root) && problems.length === 0,
    ran: () => countRan(root.kept),
    finish() {
      while (stack.length > 1) closeTop();
      endInner(root);
      const closed = closeLevel(root, budget);
      closed.problems.forEach(complain);
      return { kept: closed.kept, planned: root.planned, problems, emptySubtests: root.empty, ...(closed.contradiction === undefined ? {} : { contradiction: closed.contradiction }) };
    },
  };
}
