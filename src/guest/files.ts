// What tree.ts of a built-in image lists.

export interface GuestFile {
  /** Path in the guest, without a leading slash. */
  readonly path: string;
  readonly mode: number;
  /** File beside tree.ts with the content. With neither `source` nor `symlink` the entry is a folder. */
  readonly source?: string;
  readonly symlink?: string;
}

export const folder = (path: string, mode = 0o755): GuestFile => ({ path, mode });
export const link = (path: string, symlink: string): GuestFile => ({ path, mode: 0o777, symlink });
/** A file of our own library in the guest. */
export const library = (source: string): GuestFile => ({ path: `usr/lib/kit-test/${source}`, mode: 0o644, source });
