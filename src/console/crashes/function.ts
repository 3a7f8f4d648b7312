// Which function a report is about: the first frame that is not part of reporting, locking, copying or allocating,
// or, for stalls and hangs, one that stands for the whole path, so that one bug gets one title.
import type { Frame } from './frames.ts';
import { readFrames } from './frames.ts';
import type { Choice, Place } from './rule.ts';
import { hangGroups, hangSkip, neverGuilty, stallAnchors, stallGroups } from './skip.ts';

export interface Search {
  readonly where: readonly Place[];
  readonly choose: Choice;
  readonly skip: RegExp | undefined;
}

/** Finds the guilty function in the lines of a report (the first is its header); undefined where the report does not tell. */
export function findFunction(lines: readonly string[], search: Search): string | undefined {
  const frames = readFrames(lines);
  const candidates = search.where.flatMap((place) => framesAt(place, frames, lines));
  const blamed = candidates.filter((candidate) => !neverGuilty.test(candidate) && search.skip?.test(candidate) !== true);
  // A line that names one function, as lockdep's do, means it, even where a stack would not.
  const name = choose(blamed, search.choose) ?? (search.where[0] instanceof RegExp ? candidates[0] : undefined);
  return name === undefined ? undefined : plainName(name);
}

/** `__x64_sys_rmdir` → `sys_rmdir`, `SyS_mount` → `mount`, `lo_compat_ioctl` → `lo_ioctl`: the same path in every kernel and architecture. */
function plainName(name: string): string {
  return name
    // C++ and old Rust symbols: the first part of the mangled name.
    .replace(/^_ZN?(\d+)([a-zA-Z_]\w*)$/, (_, length: string, rest: string) => rest.slice(0, Number(length)))
    .replace(/compat_(?=(?:\w*_)?ioctl|sys_|SyS_|SYSC_)/, '')
    .replace(/^(?:__(?:x64|ia32|arm64|riscv|s390x?|powerpc)_)(?:compat_)?(?=sys_)/, '')
    .replace(/^(?:compat_)?(?:SYSC_|SyS_|__se_sys_|__do_sys_|__se_compat_sys_|__do_compat_sys_|ksys_)/, '')
    .replace(/^(smp_call_function)_(?:many|single).*$/, '$1')
    .replace(/^__?(synchronize_s?rcu)/, '$1');
}

function framesAt(place: Place, frames: readonly Frame[], lines: readonly string[]): readonly string[] {
  if (place === 'registers') {
    const found = frames.find((frame) => frame.kind === 'registers');
    return found === undefined || found.name === '' ? [] : [found.name];
  }
  if (place === 'trace') return traceFrom(frames, firstTrace(frames) + 1);
  if (place === 'interrupted') return interruptedFrames(frames);
  const at = lines.findIndex((line) => place.test(line));
  if (at === -1) return [];
  const named = lines.slice(at, at + nearLines).flatMap((line) => unsureLine.test(line) ? [] : anySymbol.exec(line)?.[1] ?? []);
  return named.length === 0 ? [] : named;
}

/** The first call trace that is not of a thread that only waits for what stalls. */
function firstTrace(frames: readonly Frame[]): number {
  const waiter = frames.findIndex((frame) => frame.kind === 'other' && frame.name === 'kthread');
  const first = frames.findIndex((frame) => frame.kind === 'trace');
  if (waiter === -1 || first < waiter) return first;
  return frames.findIndex((frame, index) => frame.kind === 'trace' && index > first);
}

const nearLines = 24;
const anySymbol = /(?:^|[\s(])([a-zA-Z_$][\w$]*)(?:\.[\w.$]+)?\+0x[0-9a-f]+/;
const unsureLine = /^ *(?:<\w+> +)?(?:\[<?[0-9a-f]+>?\])? *\? /;

/** The frames of one stack, from an index on. */
function traceFrom(frames: readonly Frame[], from: number): readonly string[] {
  if (from <= 0 && frames[0]?.kind !== 'frame') return [];
  const names: string[] = [];
  for (const frame of frames.slice(Math.max(0, from))) {
    if (frame.kind === 'frame' || frame.kind === 'registers' && frame.name !== '') {
      if (names.at(-1) !== frame.name) names.push(frame.name);
    }
    else if (frame.kind !== 'interrupt' && frame.kind !== 'registers' && names.length > 0) break;
  }
  return names;
}

/** What ran before the interrupt that printed the report; on another CPU: what its NMI interrupted. */
function interruptedFrames(frames: readonly Frame[]): readonly string[] {
  const first = frames.findIndex((frame) => frame.kind === 'interrupt');
  if (first === -1) return [];
  // Of several interrupts in one stack only the outermost one's frames matter.
  let at = first;
  while (frames[at + 1]?.kind === 'interrupt') at += 1;
  return traceFrom(frames, at + 1);
}

function choose(names: readonly string[], choice: Choice): string | undefined {
  if (choice === 'first') return names[0];
  if (choice === 'hang') {
    for (const name of names) {
      const group = hangGroups.find(({ starts }) => starts.test(name));
      if (group !== undefined) return group.name ?? name;
    }
    return names.find((name) => !hangSkip.test(name));
  }
  const group = names.find((name) => stallGroups.test(name));
  if (group !== undefined) return group;
  // The frame below the first that only hands out work: the system call, the driver's callback, the timer.
  const anchor = names.findIndex((name) => stallAnchors.test(name));
  return anchor === -1 ? undefined : names[Math.max(0, anchor - 1)];
}
