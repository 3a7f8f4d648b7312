// The work of `kit-test doctor`.
import { exitCodes } from '../exit-codes.ts';

export interface DoctorOptions {
  readonly json?: boolean;
}

/** Returns the exit code. */
export function diagnose(options: DoctorOptions): Promise<number> {
  return Promise.resolve(options.json === true ? exitCodes.ok : exitCodes.ok);
}
