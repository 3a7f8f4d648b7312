// The lines worth looking at, as one regular expression over a whole block of text: everything else is passed by unread.
import type { Attention, ConsoleDetector } from './detector.ts';

// A line of KTAP after any printk prefix, kit-test's own frame around raw output, or a line the kernel printed into.
const ktapLine = '^(?:<\\d+>)?(?:\\[[^\\]\\n]{1,30}\\] ?){0,2}(?:\\(\\d+\\)\\[[^\\]\\n]{1,40}\\] ?)?[ \\t]*(?:not ok|ok|#|1\\.\\.|KTAP|TAP|Bail out|---|\\.\\.\\.|kit-test: )|[^\\n]\\[[ \\d]{5,}\\.';

/** Finds where the next line of interest is, by what the detectors ask for. */
export interface Gate {
  /** Index of a character in the next such line at or after `from`; -1 where there is none. */
  next(text: string, from: number, attention: Attention): number;
}

export function createGate(detectors: readonly ConsoleDetector[]): Gate {
  const sources = [...new Set(detectors.flatMap((detector) => detector.gate))];
  const usual = createFinder(groupSources(sources).map((source) => new RegExp(source, 'g')));
  const ktap = createFinder([new RegExp([ktapLine, ...sources].join('|'), 'gm')]);
  return {
    next(text, from, attention) {
      if (attention === 'lines') return from;
      return (attention === 'ktap' ? ktap : usual)(text, from);
    },
  };
}

/**
 * One expression for all would be slow: the engine skips ahead by the letters that may come, and over a text of small letters
 * the words in capitals are skipped to much faster alone.
 */
function groupSources(sources: readonly string[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const source of sources) {
    const kind = /^[A-Z]/.test(source) ? 'capital' : /^[a-z]/.test(source) ? 'small' : source;
    groups.set(kind, [...groups.get(kind) ?? [], source]);
  }
  return [...groups.values()].map((group) => group.join('|'));
}

/** The first match of several expressions; what lies ahead is remembered while the text is the same. */
function createFinder(expressions: readonly RegExp[]): (text: string, from: number) => number {
  const ahead = expressions.map(() => -1);
  let seen = '';
  let seenFrom = 0;
  return (text, from) => {
    const fresh = text !== seen || from < seenFrom;
    seen = text;
    seenFrom = from;
    let first = Infinity;
    for (const [index, expression] of expressions.entries()) {
      let found = ahead[index] ?? -1;
      if (fresh || found < from) {
        expression.lastIndex = from;
        found = expression.exec(text)?.index ?? Infinity;
        ahead[index] = found;
      }
      if (found < first) first = found;
    }
    return first === Infinity ? -1 : first;
  };
}

const rank: Readonly<Record<Attention, number>> = { none: 0, ktap: 1, lines: 2 };

/** The most that any detector asks for. */
export function highestAttention(detectors: readonly ConsoleDetector[]): Attention {
  let highest: Attention = 'none';
  for (const detector of detectors) {
    const wanted = detector.attention();
    if (rank[wanted] > rank[highest]) highest = wanted;
  }
  return highest;
}
