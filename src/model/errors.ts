// The three kinds of failure that are exceptions: a user's mistake, a failing environment, our own bug.
// Everything the guest does wrong is a Verdict, never an exception.

/** One mistake in something the user wrote. Line and column count from 1. */
export interface Issue {
  /** Path as the user would type it (relative to the working directory where that is shorter). */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** Dotted path of the key, such as `timeouts.boot`; empty for the whole file. */
  readonly path?: string;
  /** What is wrong, with what was expected and what was got, in one sentence. */
  readonly message: string;
  /** The next action: the valid choices, a did-you-mean, a command. */
  readonly hint?: string;
  /** The lines around the mistake with a caret under it, ready to print. */
  readonly frame?: string;
}

export interface HarnessErrorOptions {
  /** The next action for the reader, one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * A failure that a user can act on: shown as message and hint, never as a stack trace.
 * `code` is stable, upper-case and documented (`QEMU_NOT_FOUND`).
 */
export class HarnessError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: HarnessErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HarnessError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** Wrong configuration or usage: ends the process with exit code 2 before anything runs. */
export class UsageError extends HarnessError {
  constructor(code: string, message: string, options: HarnessErrorOptions = {}) {
    super(code, message, options);
    this.name = 'UsageError';
  }
}

/** The same failure with where it happened in front, of the same kind; anything else, and what says so already, as it is. */
export function located(error: unknown, where: string): unknown {
  if (!(error instanceof HarnessError) || error instanceof ConfigError || error.message.startsWith(`${where}: `)) return error;
  const Kind = error instanceof UsageError ? UsageError : HarnessError;
  return new Kind(error.code, `${where}: ${error.message}`, { ...(error.hint === undefined ? {} : { hint: error.hint }), cause: error });
}

/** Every mistake found in the user's files, all at once. Exit code 2. */
export class ConfigError extends UsageError {
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super('CONFIG_INVALID', `${issues.length} ${issues.length === 1 ? 'mistake' : 'mistakes'} in the configuration`);
    this.name = 'ConfigError';
    this.issues = issues;
  }
}

/** An invariant of ours that does not hold: shown with its stack and a request to report it. Exit code 4. */
export class InternalError extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'InternalError';
  }
}

/** Makes a switch over a union exhaustive at compile time. */
export function assertNever(value: never): never {
  throw new InternalError(`unexpected value: ${JSON.stringify(value)}`);
}
