// Dotted version numbers of programs, such as `7.2.22` or `v20.19.0`. Kernel releases are another matter: matrix/version.ts.

/** Compares number by number; what is missing counts as 0, what follows the numbers does not count. */
export function isAtLeast(version: string, wanted: string): boolean {
  const numbers = (text: string): readonly number[] => (/\d+(\.\d+)*/.exec(text)?.[0] ?? '0').split('.').map(Number);
  const have = numbers(version);
  for (const [index, want] of numbers(wanted).entries()) {
    const got = have[index] ?? 0;
    if (got !== want) return got > want;
  }
  return true;
}
