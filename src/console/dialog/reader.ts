// Follows the dialog of one expectation: each step is looked for after what the step before it matched.
import type { DialogFinding } from '../../model/console.ts';
import type { Expect } from '../../model/case.ts';
import { createLineMatcher } from './match.ts';
import { createVisibleReader } from './visible.ts';

export interface DialogReader {
  push(chunk: Uint8Array): void;
  end(): void;
  /** The steps that have come, in order. */
  found(): readonly DialogFinding[];
  /** All have come; so they have where there are none. */
  done(): boolean;
}

/** `index` is that of the expectation. */
export function createDialogReader({ dialog: steps = [] }: Expect, index: number): DialogReader {
  const found: DialogFinding[] = [];
  let line = 1;
  const begin = (): ReturnType<typeof createLineMatcher> | undefined => {
    const next = steps[found.length];
    return next && createLineMatcher(next.wait);
  };
  let matcher = begin();

  const reader = createVisibleReader({
    passes(block) {
      if (matcher?.couldMatch(block) === true) return false;
      for (let feed = block.indexOf('\n'); feed !== -1; feed = block.indexOf('\n', feed + 1)) line += 1;
      return true;
    },
    text(text) {
      let rest = text;
      while (matcher !== undefined) {
        const length = matcher.next(rest);
        if (length === -1) return;
        found.push({ kind: 'dialog', step: found.length + 1, wait: steps[found.length]?.wait ?? '', line, expect: index });
        rest = rest.slice(length);
        matcher = begin();
      }
    },
    lineBegins(sameNumber) {
      if (!sameNumber) line += 1;
      matcher?.lineBegins();
    },
  });

  return {
    push(chunk) {
      if (matcher !== undefined) reader.push(chunk);
    },
    end() {
      if (matcher !== undefined) reader.end();
    },
    found: () => found,
    done: () => matcher === undefined,
  };
}
