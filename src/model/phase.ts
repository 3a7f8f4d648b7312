// What the time of an attempt goes to. Each moment of an attempt is in exactly one phase, so they add up to all of it.

/** In the order of the way of a cell. */
export const phases = ['kernel', 'image', 'template', 'wait', 'start', 'boot', 'test', 'end', 'report'] as const;

export type Phase = (typeof phases)[number];

/** Milliseconds for each phase that an attempt has come to. */
export interface PhaseTimes {
  /** Finding, fetching, unpacking the kernel. */
  readonly kernelMs?: number;
  /** Making the image, or what a warm start gets in its place; with it looking for an earlier pass of an equal cell. */
  readonly imageMs?: number;
  /** Waiting for a template, or making one; and a start from one that does not count. */
  readonly templateMs?: number;
  /** From when all was ready until the guest had a place: for guests at once, for memory, for what its group needs. */
  readonly waitMs?: number;
  /** From having a place until the guest runs: QEMU's start, or going on from a template. */
  readonly startMs?: number;
  /** The kernel, until user space. */
  readonly bootMs?: number;
  /** User space, until all had been said that the case expects. */
  readonly testMs?: number;
  /** After that, until QEMU was gone: powering off, being ended, being asked why it hangs. */
  readonly endMs?: number;
  /** Judging, and writing what the attempt left. */
  readonly reportMs?: number;
}

/** What each phase is, in a few words. */
export const phaseTexts: Readonly<Record<Phase, string>> = {
  kernel: 'kernel found and fetched',
  image: 'image made',
  template: 'template waited for or made',
  wait: 'waiting for a free place',
  start: 'QEMU started until the guest runs',
  boot: 'kernel boots until user space',
  test: 'test in user space',
  end: 'powering off',
  report: 'judging and writing',
};

export const phaseMs = (times: PhaseTimes, phase: Phase): number => times[`${phase}Ms`] ?? 0;

/** Phases in which a guest has its place: what a run has only so many of at once. */
export const placePhases: readonly Phase[] = ['start', 'boot', 'test', 'end'];

/** All phases together, or some of them. */
export const sumPhases = (times: PhaseTimes, of: readonly Phase[] = phases): number => of.reduce((sum, phase) => sum + phaseMs(times, phase), 0);
