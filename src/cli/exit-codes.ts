// What the exit status of the command means.

export const exitCodes = {
  /** Everything that ran passed. */
  ok: 0,
  /** A case failed, crashed or timed out. */
  failed: 1,
  /** Wrong configuration or usage. */
  usage: 2,
  /** Only our own side failed, or a reporter did. */
  harness: 3,
  /** A defect of kit-test. */
  internal: 4,
  interrupted: 130,
  /** Nobody reads the output any more; what a shell says of SIGPIPE. */
  brokenPipe: 141,
} as const;
