// The kernel that an emulated CPU need not unpack: that takes it a third of the boot, and this machine half a second, once.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { Cache } from '../cache/store.ts';
import type { Arch } from '../model/arch.ts';
import { HarnessError } from '../model/errors.ts';
import type { Kernel } from '../model/kernel.ts';
import { uImageHeader } from './uimage.ts';
import { unpackPayload } from './unpack.ts';
import { unxz } from './xz.ts';
import { readZImage, type ZImage } from './zimage.ts';

const VERSION = 1;

/**
 * A file from which QEMU starts the kernel where its own unpacking program would: same bytes at the same place in memory. Undefined where
 * that is the kernel's file itself, or one that cannot be unpacked here.
 */
export async function unpackedKernel({ image, digest }: Pick<Kernel, 'image' | 'digest'>, { qemu: { memoryStart } }: Pick<Arch, 'qemu'>, cache: Cache, signal: AbortSignal): Promise<string | undefined> {
  if (memoryStart === undefined) return undefined;
  const key = createHash('sha256').update(JSON.stringify([VERSION, digest, memoryStart])).digest('hex');
  try {
    return await cache.entry('kernel-image', key, async (draft) => {
      const zImage = readZImage(await readFile(image));
      const kernel = zImage && (await unpack(zImage));
      if (zImage === undefined || kernel === undefined) throw new HarnessError('KERNEL_UNREADABLE', 'it is no zImage that can be unpacked here');
      await writeFile(draft, [uImageHeader(kernel, memoryStart + zImage.textOffset), kernel]);
    }, signal);
  } catch (error) {
    if (error instanceof HarnessError && !signal.aborted) return undefined;
    throw error;
  }
}

/** The one of the payloads that unpacks to the size that the file tells; the others only look like one. */
async function unpack({ payloads, kernelBytes }: ZImage): Promise<Buffer | undefined> {
  for (const payload of payloads) {
    const kernel = await unpackPayload(payload, unxz).catch((error: unknown) => {
      if (error instanceof HarnessError) return undefined;
      throw error;
    });
    if (kernel?.length === kernelBytes) return kernel;
  }
  return undefined;
}
