// Finds the `pass` and `fail` patterns of one expectation. With `ordered`, a pattern counts only after those before it.
// Where results are read, builtin:init's own last word counts too: it knows of services that failed.
import { protocolOf } from '../../model/case.ts';
import type { Expect } from '../../model/case.ts';
import type { Finding } from '../../model/console.ts';
import type { ConsoleDetector } from '../detector.ts';
import { ownText } from '../clean.ts';
import { parsePatterns } from '../../model/pattern.ts';
import type { Pattern } from '../../model/pattern.ts';
import { suiteFailedText } from '../../model/protocol.ts';

/** A guest that prints FAILED for ever is failed once; a few lines more are kept to show, of each pattern. */
const failuresKept = 10;

const suiteFailed: Pattern = { source: suiteFailedText, words: [suiteFailedText], matches: (text) => text.startsWith(suiteFailedText) };

export interface MarkerDetector extends ConsoleDetector {
  /** All `pass` patterns have come; false where there are none. */
  passed(): boolean;
  failed(): boolean;
}

export function createMarkerDetector(expect: Expect, index: number): MarkerDetector {
  const fail = [...parsePatterns(expect.fail), ...protocolOf(expect) !== 'none' ? [suiteFailed] : []];
  const passCount = parsePatterns(expect.pass).length;
  let waiting: readonly Pattern[] = parsePatterns(expect.pass);
  /** Patterns of `fail` that may yet be found. */
  let feared = fail.map((pattern) => ({ pattern, left: failuresKept }));
  let failed = false;
  const all = [...waiting, ...fail];
  const everyLine = all.some(({ words }) => words === undefined);

  return {
    words: everyLine ? [] : all.flatMap(({ words }) => words ?? []),
    attention: () => everyLine && (waiting.length > 0 || feared.length > 0) ? 'lines' : 'none',
    line(line) {
      if (all.length === 0) return [];
      const findings: Finding[] = [];
      const found = (role: 'pass' | 'fail', pattern: string): void => {
        findings.push({ kind: 'marker', role, pattern, line: line.number, text: ownText(line.text), expect: index });
      };
      for (const one of feared) {
        if (!one.pattern.matches(line.text)) continue;
        failed = true;
        one.left -= 1;
        found('fail', one.pattern.source);
        if (one.left === 0) feared = feared.filter(({ left }) => left > 0);
      }
      for (const pattern of waiting) {
        if (pattern.matches(line.text)) {
          waiting = waiting.filter((other) => other !== pattern);
          found('pass', pattern.source);
        } else if (expect.ordered) break;
      }
      return findings;
    },
    end: () => [],
    passed: () => passCount > 0 && waiting.length === 0,
    failed: () => failed,
  };
}
