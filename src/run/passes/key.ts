// Everything that a pass rests on, as data, and its digest: cells with equal keys end alike, as far as anything here can tell. Pure but for the hash.
// What a case or the project says counts unless it is listed here as of no matter, so that what is added later counts by itself.
import { createHash } from 'node:crypto';
import type { BootPlan } from '../../model/boot.ts';
import type { Case } from '../../model/case.ts';
import { compareText } from '../../model/compare-text.ts';
import type { Harness } from '../../model/harness.ts';
import type { KnownFailure } from '../../model/known.ts';

export interface PassParts {
  /** Digest of the code that boots and judges. */
  readonly kitTest: string;
  /** Of the program that is the machine. */
  readonly qemu: string;
  /** What guests see of this machine: nothing where it is emulated. */
  readonly host: readonly string[];
  /** The boot, with digests in place of the files in it. */
  readonly plan: BootPlan;
  readonly kernel: { readonly digest: string; readonly release: string; /** By which crashes are named. */ readonly symbols?: string };
  readonly image: string;
  /** The image has builtin:init. */
  readonly waits: boolean;
  readonly case: Partial<Case>;
  readonly harness: Partial<Harness>;
  /** Failures that are known on this cell: one that no longer fails does not pass. */
  readonly known: readonly KnownFailure[];
  /** How long a guest may go on once its verdict is certain. */
  readonly graceMs: number;
}

/** What only names a case, says where it is, or how often it is tried. Known failures count apart, as far as they are the cell's. */
export const aside: readonly (keyof Case)[] = ['name', 'summary', 'labels', 'dir', 'file', 'source', 'known', 'retries', 'start'];

/** What chooses cells, shows runs, or makes files that count by their content. */
export const asideOfProject: readonly (keyof Harness)[] = ['cases', 'kernels', 'matrix', 'defaultKernel', 'known', 'retries', 'concurrency', 'reporters', 'github', 'output', 'history', 'price', 'cache', 'cacheLimit', 'templateLimit', 'apt', 'images', 'consoleLimit', 'start'];

export const sayingOf = (testCase: Case): Partial<Case> => without(testCase, aside);
export const sayingOfProject = (harness: Harness): Partial<Harness> => without(harness, asideOfProject);

const without = <T extends object>(value: T, names: readonly (keyof T)[]): Partial<T> => Object.fromEntries(Object.entries(value).filter(([name]) => !(names as readonly string[]).includes(name))) as Partial<T>;

export const passKey = (parts: PassParts): string => createHash('sha256').update(JSON.stringify(inOrder(parts))).digest('hex');

/** Equal data is equal text, in whatever order it was written. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => compareText(a, b)).map(([name, each]) => [name, inOrder(each)]));
}
