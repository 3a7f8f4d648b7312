// The functions of one kernel, by which addresses are turned into names.

/** What a kernel's symbols tell. Addresses are those of the file they come from. */
export interface Symbols {
  /** The file they were read from, for people. */
  readonly file: string;
  /** `schedule+0x1a/0x90`, and ` [ext4]` for one of a module; undefined where no function lies. */
  name(address: bigint): string | undefined;
  /** Where a symbol is; undefined where there is none, or several have its name. */
  find(name: string): bigint | undefined;
}
