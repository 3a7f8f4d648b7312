// Which function a report is about: the first frame that is not part of reporting, locking, copying or allocating,
// or, for stalls and hangs, one that stands for the whole path, so that one bug gets one title.
import { groups, isInjected, startsStack } from './frames.ts';
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
    const { names, disturbed } = walk(lines, path);
    const isSuspect = (name: string): boolean => !isNeverGuilty(name) && rule.skip?.test(name) !== true;
    found = { name: choose(names, isSuspect, rule.choose ?? 'first'), disturbed };
    if (found.name !== undefined && !disturbed) break;
  }
  return found;
}

function walk(lines: readonly ReportLine[], path: readonly Step[]): { readonly names: readonly string[]; readonly disturbed: boolean } {
  const names: string[] = [];
  let disturbed = false;
  let at = 0;
  for (const step of path) {
    for (let going = true; going && at < lines.length; at += 1) {
      const line = lines[at];
      if (line === undefined) break;
      if (line.marked && isInjected(line.text)) {
        disturbed = true;
        going = false;
      }
      else if (step === 'frames') {
        going = !(line.marked && startsStack(line.text));
        if (going) names.push(...namesIn(line));
      }
      else {
        const match = step.exec(line.text);
        going = match === null;
        if (match !== null) names.push(...groups(match));
      }
    }
  }
  return { names, disturbed };
}

/** `__x64_sys_rmdir` → `sys_rmdir`, `SyS_mount` → `mount`, Rust's symbols by their path: the same in every kernel and architecture. */
export function plainName(name: string): string {
  return demangleRust(name) ?? name
    // C++ and old Rust symbols: the first part of the mangled name.
    .replace(/^_ZN?(\d+)([a-zA-Z_]\w*)$/, (_, length: string, rest: string) => rest.slice(0, Number(length)))
    .replace(/^(?:__(?:x64|ia32|arm64|riscv|s390x?|powerpc)_(?=sys_|compat_sys_)|__se_(?=compat_sys_)|(?:compat_)?(?:SYSC|SyS)_|(?:__se_|__do_|_{2,4}|k)?sys_)/, '');
}

function choose(found: readonly string[], isSuspect: (name: string) => boolean, choice: Choice): string | undefined {
  if (choice === 'first') {
    const first = found.find(isSuspect);
    return first && plainName(first);
  }
  const names = found.filter(isSuspect).map(plainName);
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
