// The files LinuxKit leaves for the formats that need no other program (linuxkit.md §3.3), under its own names. Other
// formats are made from an image, not from LinuxKit's entries: --compat linuxkit does not have them.
import { createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Cache } from '../../cache/store.ts';
import { UsageError } from '../../model/errors.ts';
import type { CompatSystem } from './build.ts';
import { openContent } from './content.ts';
import { inline, made, type CompatContent, type CompatEntry } from './entry.ts';
import { writeTar } from './tar.ts';

export const compatFormats = ['kernel+initrd', 'tar', 'tar-kernel-initrd'] as const;
export type CompatFormat = (typeof compatFormats)[number];

/** @throws UsageError `COMPAT_FORMAT` with the formats there are. */
export function toCompatFormat(name: string): CompatFormat {
  const format = compatFormats.find((known) => known === name);
  if (format === undefined) throw new UsageError('COMPAT_FORMAT', `--compat linuxkit cannot make the format ${name}`, { hint: `it has ${compatFormats.join(', ')}; other formats are made without --compat` });
  return format;
}

export interface CompatFormatContext {
  readonly cache: Pick<Cache, 'temporary'>;
  /** Level of gzip; LinuxKit takes zlib's default. */
  readonly level?: number;
}

/** Writes the files of a format beside `base`, an absolute path without ending, and gives their paths. What is empty is not written. */
export async function writeCompat(system: CompatSystem, format: CompatFormat, base: string, context: CompatFormatContext, signal: AbortSignal): Promise<readonly string[]> {
  switch (format) {
    case 'tar': return [await save(`${base}.tar`, system.tar(signal))];
    case 'tar-kernel-initrd': return [await saveTarball(system, `${base}-initrd.tar`, context, signal)];
    case 'kernel+initrd': return [
      ...(system.kernel === undefined ? [] : [await save(`${base}-kernel`, system.read(system.kernel, signal))]),
      await save(`${base}-initrd.img`, system.initrd(signal, context.level)),
      ...(system.cmdline === '' ? [] : [await save(`${base}-cmdline`, Readable.from([Buffer.from(system.cmdline)]))]),
    ];
  }
}

/** Kernel, initrd, command line and microcode, each an entry; the initrd is without microcode here. */
async function saveTarball(system: CompatSystem, path: string, { cache, level }: CompatFormatContext, signal: AbortSignal): Promise<string> {
  const folder = await cache.temporary();
  await mkdir(folder, { recursive: true });
  try {
    const initrd = await save(join(folder, 'initrd.img'), system.archive(signal, level));
    const { size } = await stat(initrd);
    const entry = (name: string, content: readonly CompatContent[]): CompatEntry => ({ ...made({ name, type: 'file', mode: 0o644, content }, { source: '', location: '' }), pax: {} });
    const entries = [
      entry('kernel', system.kernel?.content ?? []),
      entry('initrd.img', [{ kind: 'slice', path: initrd, offset: 0, size }]),
      entry('cmdline', system.cmdline === '' ? [] : [inline(system.cmdline)]),
      ...(system.ucode === undefined ? [] : [entry('ucode.cpio', system.ucode.content)]),
    ];
    await using content = openContent(signal);
    return await save(path, writeTar(entries, content.read));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function save(path: string, chunks: AsyncIterable<Uint8Array>): Promise<string> {
  await pipeline(Readable.from(chunks), createWriteStream(path));
  return path;
}
