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
  const sources = [...new Set(detectors.flatMap((detector) => detector.gate ?? []))].join('|');
  const usual = new RegExp(sources, 'g');
  const ktap = new RegExp(`${ktapLine}|${sources}`, 'gm');
  return {
    next(text, from, attention) {
      if (attention === 'lines') return from;
      const gate = attention === 'ktap' ? ktap : usual;
      gate.lastIndex = from;
      return gate.exec(text)?.index ?? -1;
    },
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
