// A project as its files describe it, checked and with every default filled in.
import type { Case } from './case.ts';
import type { Harness } from './harness.ts';
import type { KernelSpec } from './kernel.ts';

export interface Project {
  /** Absolute folder of harness.config.ts; the working directory where there is none. */
  readonly root: string;
  /** Absolute path; undefined where the project has none and defaults hold. */
  readonly configFile?: string;
  /** Architectures in it are canonical names. */
  readonly harness: Harness;
  /** Sorted by name. Each has one of `run`, `script` and `image` (relative to its folder). */
  readonly cases: readonly Case[];
  /** Sorted by name. `arch` is always filled in, with canonical names; so are the keys of per-architecture values. */
  readonly kernels: readonly KernelSpec[];
}

/** What the matrix stage knows of names and versions, handed to the configuration stage for its checks. */
export interface MatrixChecks {
  /** Whether a glob (or a plain name) matches a name. */
  readonly matchesName: (pattern: string, name: string) => boolean;
  /** What is wrong with a version range; undefined for a good one. */
  readonly rangeProblem: (range: string) => string | undefined;
  /** Whether a release lies in a version range, a good one. */
  readonly inRange: (release: string, range: string) => boolean;
}
