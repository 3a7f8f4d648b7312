// One thing the harness needs of a machine, and what was found.

export interface Check {
  readonly name: string;
  /** `warn`: works with less; `missing`: something will not work. */
  readonly status: 'ok' | 'warn' | 'missing';
  readonly detail: string;
  /** One line: the command that helps. */
  readonly fix?: string;
}
