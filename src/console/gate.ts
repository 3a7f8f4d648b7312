// The lines worth looking at, as one regular expression over a whole block of text: everything else is passed by unread.
import type { Attention, ConsoleDetector } from './detector.ts';

// A line of KTAP after any printk prefix, or kit-test's own frame around raw output.
const ktapLine = '(?:<\\d+>)?(?:\\[[^\\]\\n]{1,30}\\] ?){0,2}(?:\\(\\d+\\)\\[[^\\]\\n]{1,40}\\] ?)?[ \\t]*(?:not ok|ok|#|1\\.\\.|KTAP|TAP|Bail out|---|\\.\\.\\.|kit-test: )';
const printedInto = '[^\\n]\\[[ \\d]{5,}\\.';

/** Finds where the next line of interest is, by what the detectors ask for. */
export interface Gate {
  /** Index of a character in the next such line at or after `from`, the start of a line; -1 where there is none. */
  next(text: string, from: number, attention: Attention): number;
}

/** Index of what it finds at or after `from`, Infinity where there is nothing. */
type Finder = (text: string, from: number) => number;

export function createGate(detectors: readonly ConsoleDetector[]): Gate {
  const sources = groupSources([...new Set(detectors.flatMap((detector) => detector.gate))]);
  const usual = findFirst(sources.map(findAnywhere));
  const ktap = findFirst([findAtLineStart(ktapLine), ...[printedInto, ...sources].map(findAnywhere)]);
  return {
    next(text, from, attention) {
      if (attention === 'lines') return from;
      const found = (attention === 'ktap' ? ktap : usual)(text, from);
      return found === Infinity ? -1 : found;
    },
  };
}

/** Words in small letters in one expression; with more it is several times slower. */
const smallWords = 4;

/**
 * One expression for all would be slow: the engine skips ahead by the letters that may come, and over a text of small letters
 * the words in capitals are skipped to much faster alone.
 */
export function groupSources(sources: readonly string[]): readonly string[] {
  const groups = new Map<string, string[]>();
  let small = 0;
  for (const source of sources) {
    const kind = /^[A-Z]/.test(source) ? 'capital' : /^[a-z]/.test(source) ? `small ${Math.floor(small++ / smallWords)}` : source;
    groups.set(kind, [...groups.get(kind) ?? [], source]);
  }
  return [...groups.values()].map((group) => group.join('|'));
}

function findAnywhere(source: string): Finder {
  const expression = new RegExp(source, 'g');
  return (text, from) => {
    expression.lastIndex = from;
    return expression.exec(text)?.index ?? Infinity;
  };
}

/** Faster than `^`: line feeds are skipped to. */
function findAtLineStart(source: string): Finder {
  const here = new RegExp(source, 'y');
  const later = new RegExp(`\\n${source}`, 'g');
  return (text, from) => {
    here.lastIndex = from;
    if (here.test(text)) return from;
    later.lastIndex = from;
    return (later.exec(text)?.index ?? Infinity) + 1;
  };
}

/** The first of what several find; what lies ahead is remembered while the text is the same. */
function findFirst(finders: readonly Finder[]): Finder {
  const ahead = finders.map(() => -1);
  let seen = '';
  let seenFrom = 0;
  return (text, from) => {
    const fresh = text !== seen || from < seenFrom;
    seen = text;
    seenFrom = from;
    let first = Infinity;
    for (let index = 0; index < finders.length; index += 1) {
      let found = ahead[index] ?? -1;
      if (fresh || found < from) {
        found = finders[index]?.(text, from) ?? Infinity;
        ahead[index] = found;
      }
      if (found < first) first = found;
    }
    return first;
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
