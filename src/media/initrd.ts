// The one initrd file of a system: microcode as it is, then each segment as a gzip member. The kernel unpacks archives
// that follow one another, and looks for microcode only at the very beginning, uncompressed
// (Documentation/arch/x86/microcode.rst). Members are kept in the cache by segment.
import { open } from 'node:fs/promises';
import { gzipSegment } from '../archive/gzip-file.ts';
import type { FormatContext, SystemParts } from './context.ts';

/** Writes the initrd; false for a system that has nothing to put into one. */
export async function writeInitrd(system: Pick<SystemParts, 'segments' | 'ucode'>, path: string, context: FormatContext, signal: AbortSignal): Promise<boolean> {
  const parts = [...(system.ucode === undefined ? [] : [system.ucode])];
  for (const segment of system.segments) parts.push(await gzipSegment(context.cache, segment, signal));
  if (parts.length === 0) return false;
  await joinFiles(parts, path, signal);
  return true;
}

async function joinFiles(parts: readonly string[], path: string, signal: AbortSignal): Promise<void> {
  await using to = await open(path, 'w');
  for (const part of parts) {
    await using from = await open(part);
    for await (const chunk of from.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024 })) {
      signal.throwIfAborted();
      await to.writeFile(chunk as Buffer);
    }
  }
}
