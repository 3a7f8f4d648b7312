// How well a line fits where a document has come to: what decides whether two parts of a line belong together.
import { isComplete } from './level.ts';
import type { KtapLine } from './syntax.ts';
import type { Fit, Level } from './types.ts';

/** `stack` holds the open levels, the outermost first. */
export function fitOf(stack: readonly Level[], ktap: KtapLine | undefined): Fit {
  switch (ktap?.kind) {
    case undefined: return 0;
    case 'result': return fitOfResult(stack.find(({ indent }) => indent === ktap.indent), ktap);
    case 'plan': return fitOfPlan(stack.find(({ indent }) => indent === ktap.indent), ktap.count);
    case 'version': return ktap.indent <= (stack[0]?.indent ?? 0) && stack[0] !== undefined && isComplete(stack[0]) ? 2 : 1;
    case 'subtest': case 'comment': case 'bail': case 'yaml': return 1;
  }
}

function fitOfResult(level: Level | undefined, { number, name }: Extract<KtapLine, { kind: 'result' }>): Fit {
  if (level === undefined) return 0;
  if (number === undefined) return 1;
  // kselftest's runner says before each test what its result will be called.
  if (level.current?.startsWith('selftests: ') === true && name !== level.current) return 1;
  if (number === level.next || level.planned === undefined && level.count === 0) return 2;
  return number > level.next && number <= (level.planned ?? Infinity) && !level.ahead.has(number) ? 1 : 0;
}

function fitOfPlan(level: Level | undefined, count: number): Fit {
  if (level === undefined) return 1;
  if (level.planned === undefined) return level.count === 0 ? 2 : 1;
  return level.planned === count ? 1 : 0;
}
