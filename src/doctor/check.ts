// One thing the harness needs of a machine, and what was found.

export interface Check {
  readonly name: string;
  /** `warn`: works with less; `missing`: something will not work. */
  readonly status: 'ok' | 'warn' | 'missing';
  readonly detail: string;
  /** One line: the command that helps. */
  readonly fix?: string;
}

/** Compares dotted versions number by number; what follows the numbers does not count. */
export function isAtLeast(version: string, wanted: string): boolean {
  const numbers = (text: string): readonly number[] => (/\d+(\.\d+)*/.exec(text)?.[0] ?? '0').split('.').map(Number);
  const have = numbers(version);
  for (const [index, want] of numbers(wanted).entries()) {
    const got = have[index] ?? 0;
    if (got !== want) return got > want;
  }
  return true;
}
