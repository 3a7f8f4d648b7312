// Which function a report is about: the first frame that is not part of reporting, locking, copying or allocating,
// or, for stalls and hangs, one that stands for the whole path, so that one bug gets one title.
import { groups, isInjected, ofMarkedLines, startsStack } from './frames.ts';
import { namesIn, type ReportLine } from './report-line.ts';
import type { Choice, CrashRule, Step } from './rule.ts';
import { demangleRust } from './rust.ts';
import { hangGroups, hangSkip, isNeverGuilty, stallAnchors } from './skip.ts';

export interface Found {
  /** Undefined where the report does not tell. */
  readonly name: string | undefined;
  /** The stack of a fault that was injected stood in the way. */
  readonly disturbed: boolean;
}

/** Finds the guilty function in the lines of a report; the first is its header. */
export function findFunction(lines: readonly ReportLine[], rule: Pick<CrashRule, 'paths' | 'choose' | 'skip'>): Found {
  let found: Found = { name: undefined, disturbed: false };
  for (const path of rule.paths ?? []) {
    const { way, disturbed } = walk(lines, path);
    const isSuspect = (name: string): boolean => !isNeverGuilty(name) && rule.skip?.test(name) !== true;
    found = { name: choose(way, isSuspect, rule.choose ?? 'first'), disturbed };
    if (found.name !== undefined && !disturbed) break;
  }
  return found;
}

/** What a walk comes upon, innermost first: functions, and lines of a call trace that are asked for theirs only when it comes to them. */
type Way = readonly (string | ReportLine)[];

function walk(lines: readonly ReportLine[], path: readonly Step[]): { readonly way: Way; readonly disturbed: boolean } {
  const way: (string | ReportLine)[] = [];
  let disturbed = false;
  let at = 0;
  for (const step of path) {
    const anywhere = step !== 'frames' && !ofMarkedLines.has(step);
    for (let going = true; going && at < lines.length; at += 1) {
      const line = lines[at];
      if (line === undefined) break;
      if (line.marked && isInjected(line.text)) {
        disturbed = true;
        going = false;
      } else if (step === 'frames') {
        going = !(line.marked && startsStack(line.text));
        if (going) way.push(line);
      } else if (anywhere || line.marked) {
        const match = step.exec(line.text);
        going = match === null;
        if (match !== null) way.push(...groups(match));
      }
    }
  }
  return { way, disturbed };
}

/** `__x64_sys_rmdir` → `sys_rmdir`, `SyS_mount` → `mount`, Rust's symbols by their path: the same in every kernel and architecture. */
export function plainName(name: string): string {
  return demangleRust(name) ?? name
    // C++ and old Rust symbols: the first part of the mangled name.
    .replace(/^_ZN?(\d+)([a-zA-Z_]\w*)$/, (_, length: string, rest: string) => rest.slice(0, Number(length)))
    .replace(/^(?:__(?:x64|ia32|arm64|riscv|s390x?|powerpc)_(?=sys_|compat_sys_)|__se_(?=compat_sys_)|(?:compat_)?(?:SYSC|SyS)_|(?:__se_|__do_|_{2,4}|k)?sys_)/, '');
}

function choose(way: Way, isSuspect: (name: string) => boolean, choice: Choice): string | undefined {
  if (choice === 'first') {
    for (const place of way) {
      const first = typeof place === 'string' ? [place].find(isSuspect) : namesIn(place).find(isSuspect);
      if (first !== undefined) return plainName(first);
    }
    return undefined;
  }
  const names: string[] = [];
  for (const place of way) for (const name of typeof place === 'string' ? [place] : namesIn(place)) if (isSuspect(name)) names.push(plainName(name));
  if (choice === 'hang') {
    for (const name of names) {
      const group = hangGroups.find(({ holds }) => holds.test(name));
      if (group !== undefined) return group.name ?? name;
    }
    return names.find((name) => !hangSkip.test(name));
  }
  // The frame below the first that only hands out work: the system call, the driver's callback, the timer.
  const anchor = names.findIndex((name) => stallAnchors.test(name));
  if (anchor === -1) return undefined;
  // Who waits for other CPUs waits for the one that stalls.
  return names[anchor]?.includes('smp_call_function') === true ? 'smp_call_function' : names[Math.max(0, anchor - 1)];
}
