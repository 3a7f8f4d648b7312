// The tests of one Go package, as they run and end, and what they come to.
import type { TestStatus } from '../../model/console.ts';
import { childrenOf, keepResult, moveResults, noneKept } from '../budget.ts';
import type { Budget, Kept } from '../budget.ts';
import { ownText } from '../clean.ts';
import { isBad, rollUp } from '../leaves.ts';
import type { GoStatus } from './gotest-lines.ts';

interface GoTest {
  readonly name: string;
  line: number;
  /** Undefined while it runs. */
  status: GoStatus | undefined;
  durationMs: number | undefined;
  repaired: boolean;
  readonly output: string[];
  readonly children: GoTest[];
}

export interface GoPackage {
  name: string;
  line: number;
  /** Undefined until its last line has come. */
  status: GoStatus | undefined;
  detail: string | undefined;
  durationMs: number | undefined;
  /** By their full names; of those that ran more than once the last. */
  readonly tests: Map<string, GoTest>;
  readonly roots: GoTest[];
  /** How many tests there are, those that ran more than once each time. */
  ran: number;
  current: string | undefined;
  /** What was said by no test. */
  readonly output: string[];
  overflow: boolean;
  /** Shared by all packages that are open. */
  readonly room: { tests: number };
}

/** Tests that are kept in mind at once: no more go into `room`. */
export const testLimit = 20_000;
const outputLimit = 6;
const depthLimit = 32;

export const openPackage = (name: string, line: number, room: GoPackage['room']): GoPackage =>
  ({ name, line, room, status: undefined, detail: undefined, durationMs: undefined, tests: new Map(), roots: [], ran: 0, current: undefined, output: [], overflow: false });

/** A test begins; one of that name that has ended stays as it is. */
export function runTest(open: GoPackage, full: string, line: number): GoTest | undefined {
  open.current = full;
  if (open.room.tests === 0) {
    open.overflow = true;
    return undefined;
  }
  const parent = parentOf(open, full);
  const name = parent === undefined ? full : full.slice(parent.length + 1);
  const test: GoTest = { name: ownText(name, 200), line, status: undefined, durationMs: undefined, repaired: false, output: [], children: [] };
  const siblings = parent === undefined ? open.roots : open.tests.get(parent)?.children ?? open.roots;
  siblings.push(test);
  open.room.tests -= 1;
  open.ran += 1;
  open.tests.set(ownText(full, 1000), test);
  return test;
}

/** Names of subtests may hold slashes themselves: the longest name in front of one that is known. */
function parentOf(open: GoPackage, full: string): string | undefined {
  let at = full.lastIndexOf('/');
  for (let depth = 0; at > 0 && depth < depthLimit; depth += 1) {
    const name = full.slice(0, at);
    if (open.tests.has(name)) return name;
    at = full.lastIndexOf('/', at - 1);
  }
  return undefined;
}

export function endTest(open: GoPackage, { test: full, status, durationMs }: { readonly test: string; readonly status: GoStatus; readonly durationMs: number }, line: number, repaired: boolean): void {
  const known = open.tests.get(full);
  // Without -v only failures are told, and nothing says that they began.
  const test = known?.status === undefined && known !== undefined ? known : runTest(open, full, line);
  open.current = full;
  if (test === undefined) return;
  Object.assign(test, { status, durationMs, line, repaired });
}

/** Keeps what may say why a test failed. */
export function tell(open: GoPackage, test: string | undefined, text: string): void {
  const into = /^(?:panic|fatal error|signal|exit status)\b/.test(text) ? open.output : open.tests.get(test ?? open.current ?? '')?.output ?? open.output;
  if (into.length < outputLimit) into.push(ownText(text, 200));
}

/** Keeps the package as a result, or its tests alone where nobody named it. Returns whether it is not good. */
export function concludePackage(open: GoPackage, budget: Budget, into: Kept): boolean {
  const tests = noneKept();
  open.room.tests += open.ran;
  for (const test of open.roots) keepTest(test, open.output, budget, 0, tests);
  const bad = open.roots.some(isBadTest);
  const told = open.output.length > 0 ? open.output.join('\n') : undefined;
  const named = open.name !== '';
  if (!named) moveResults(into, tests);
  if (!named && open.status !== undefined && (open.status === 'pass' || bad)) return bad;
  const status: TestStatus = open.status ?? 'missing';
  const detail = status === 'missing' ? 'its last line never came' : status === 'fail' && !bad ? open.detail ?? told : open.detail;
  const own = rollUp({
    name: named ? ownText(open.name, 200) : 'go test', status, line: open.line, ...(named ? childrenOf(tests) : { children: [] }),
    ...(detail === undefined ? undefined : { detail }),
    ...(open.durationMs === undefined ? undefined : { durationMs: open.durationMs }),
  });
  keepResult(budget, into, own);
  return bad || isBad(own);
}

const isBadTest = ({ status, children }: GoTest): boolean => status === undefined || status === 'fail' || children.some(isBadTest);

function keepTest(test: GoTest, panic: readonly string[], budget: Budget, depth: number, into: Kept): void {
  const below = noneKept();
  if (depth < depthLimit) for (const child of test.children) keepTest(child, panic, budget, depth + 1, below);
  const detail = test.status === undefined ? ['it began, and its end never came', ...test.output, ...panic].join('\n') : test.status === 'pass' || test.output.length === 0 ? undefined : test.output.join('\n');
  keepResult(budget, into, rollUp({
    name: test.name, status: test.status ?? 'missing', line: test.line, ...childrenOf(below),
    ...(detail === undefined ? undefined : { detail }),
    ...(test.durationMs === undefined ? undefined : { durationMs: test.durationMs }),
    ...(test.repaired ? { repaired: true } : undefined),
  }));
}
