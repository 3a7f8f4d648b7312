// What tree.ts of a built-in image lists.
import type { Call } from './calls.ts';

export interface GuestFile {
  /** Path in the guest, without a leading slash. */
  readonly path: string;
  readonly mode: number;
  /** File beside tree.ts with the content. With none of `source`, `calls` and `symlink` the entry is a folder. */
  readonly source?: string;
  /** What a program does that is made for each architecture. */
  readonly calls?: readonly Call[];
  readonly symlink?: string;
}

export const folder = (path: string, mode = 0o755): GuestFile => ({ path, mode });
export const link = (path: string, symlink: string): GuestFile => ({ path, mode: 0o777, symlink });
/** A file of our own library in the guest. */
export const library = (source: string, mode = 0o644): GuestFile => ({ path: `usr/lib/kit-test/${source}`, mode, source });
/** A program of our own in the guest. */
export const program = (name: string, calls: readonly Call[]): GuestFile => ({ path: `usr/lib/kit-test/${name}`, mode: 0o755, calls });
