// Which crashes of a console are kept. A kernel that fails without end fails in few ways: beyond a number of reports only one
// that tells something new is worth its memory; of the others their number is kept.
import type { Crash } from '../../model/console.ts';

/** Reports that are kept whatever they say. */
const reportLimit = 100;
/** Different ones that are kept in all. */
const differentLimit = 1000;
/** Kept beyond that: how a kernel ended matters most. */
const panicLimit = 100;

/** Title of what stands for all reports beyond the last limit: nobody looked at what they say, so nobody can have expected them. */
export const manyCrashesTitle = 'more different kernel failures than are kept';

export interface KeptCrashes {
  add(crash: Crash): void;
  /** The report of that line has got its final name. */
  rename(crash: Crash): void;
  /** The kernel panicked because of what came so far. */
  panic(): void;
  isEmpty(): boolean;
  /** In the order of their lines; each title says once how many more of it came. */
  all(): readonly Crash[];
}

export function createKeptCrashes(): KeptCrashes {
  let kept: readonly Crash[] = [];
  /** Titles, those of panics apart. */
  const different = new Set<string>();
  /** By title: the first that was left out, and how many. */
  const repeated = new Map<string, { readonly first: Crash; count: number }>();
  /** Kept ones after which the kernel went on. */
  let survived = 0;
  let others: Crash | undefined;

  // A panic is news even where the same failure has been survived before.
  const keyOf = ({ title, panicked }: Crash): string => `${panicked ? 'panic' : ''}\n${title}`;

  const inOrder = (crashes: readonly Crash[]): readonly Crash[] => [...crashes].sort((a, b) => a.line - b.line);

  function addOther({ line, endLine, panicked }: Crash): void {
    others = {
      kind: 'crash', title: manyCrashesTitle, type: 'UNKNOWN', line: others?.line ?? line, endLine: Math.max(others?.endLine ?? 0, endLine),
      panicked: panicked || others?.panicked === true, repeated: (others?.repeated ?? -1) + 1,
    };
  }

  return {
    add(crash) {
      const key = keyOf(crash);
      if (different.has(key) && kept.length >= reportLimit) {
        const before = repeated.get(crash.title);
        if (before === undefined) repeated.set(crash.title, { first: crash, count: 1 });
        else before.count += 1;
      } else if (kept.length >= differentLimit + (crash.panicked ? panicLimit : 0)) addOther(crash);
      else {
        different.add(key);
        if (!crash.panicked) survived += 1;
        kept = inOrder([...kept, crash]);
      }
    },
    rename(crash) {
      kept = kept.map((one) => (one.line === crash.line ? { ...crash, panicked: one.panicked } : one));
    },
    panic() {
      if (others?.panicked === false) others = { ...others, panicked: true };
      if (survived === 0) return;
      survived = 0;
      kept = kept.map((crash) => (crash.panicked ? crash : { ...crash, panicked: true }));
      kept.forEach((crash) => different.add(keyOf(crash)));
    },
    isEmpty: () => kept.length === 0,
    all() {
      const left = new Map(repeated);
      const counted = kept.map((crash): Crash => {
        const more = left.get(crash.title)?.count;
        left.delete(crash.title);
        return more === undefined ? crash : { ...crash, repeated: more };
      });
      // Those with its title have got other names: whether it would have, nobody knows.
      const unnamed = [...left.values()].map(({ first, count }): Crash => (count === 1 ? first : { ...first, repeated: count - 1 }));
      return inOrder([...counted, ...unnamed, ...others === undefined ? [] : [others]]);
    },
  };
}
