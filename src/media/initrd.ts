// The one initrd file of a system: microcode as it is, then each segment as a gzip member. The kernel unpacks archives
// that follow one another, and looks for microcode only at the very beginning, uncompressed
// (Documentation/arch/x86/microcode.rst). Members are kept in the cache by segment.
import { gzipSegment } from '../archive/gzip-file.ts';
import type { FormatContext, SystemParts } from './context.ts';
import { joinFiles, rejoinFiles } from './join-files.ts';

/** Writes the initrd; false for a system that has nothing to put into one. `again`: where an earlier one may lie, of which is kept what did not change. */
export async function writeInitrd(system: Pick<SystemParts, 'segments' | 'ucode'>, path: string, context: Pick<FormatContext, 'cache'>, signal: AbortSignal, { again = false } = {}): Promise<boolean> {
  const parts = [...(system.ucode === undefined ? [] : [system.ucode])];
  for (const segment of system.segments) parts.push(await gzipSegment(context.cache, segment, signal));
  if (parts.length === 0) return false;
  if (again) await rejoinFiles(parts, path, context.cache, signal);
  else await joinFiles(parts, path, signal);
  return true;
}
