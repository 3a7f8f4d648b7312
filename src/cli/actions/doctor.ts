// The work of `kit-test doctor`.
import { exitCodes } from '../exit-codes.ts';
import type { DoctorOptions } from '../commands/doctor.ts';

/** Returns the exit code. */
export function diagnose(options: DoctorOptions): Promise<number> {
  return Promise.resolve(options.json === true ? exitCodes.ok : exitCodes.ok);
}
