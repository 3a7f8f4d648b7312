// Gets the kernel that QEMU can load out of gzip and EFI zboot wrappers: QEMU before 8.0 loads neither zboot nor says so.
// Layout of a zboot header: drivers/firmware/efi/libstub/zboot-header.S.
import { HarnessError } from '../model/errors.ts';
import { decompress, type Unxz } from '../archive/compress.ts';
import { inspectKernel, isZboot } from './inspect.ts';

/** Kernels are at most some dozen megabytes; more means a broken or hostile file. */
const maxBytes = 512 * 1024 * 1024;

/** The bare kernel: unwraps until nothing is left to unwrap. `unxz` is needed only for kernels packed that way. */
export async function unpackKernel(bytes: Buffer, unxz?: Unxz): Promise<Buffer> {
  let image = bytes;
  // gzip around zboot around gzip does not occur deeper than this.
  for (let depth = 0; depth < 4; depth++) {
    const { format } = inspectKernel(image);
    if (format === 'gzip') image = await expand(image, unxz);
    else if (format === 'zboot') image = await unpackPayload(zbootPayload(image), unxz);
    else return image;
  }
  throw new HarnessError('KERNEL_UNREADABLE', 'the kernel is packed into itself too many times', { hint: 'name the bare kernel file' });
}

/** The compressed payload of an EFI zboot image. @throws HarnessError for a broken header or a compression nobody here knows */
export function zbootPayload(bytes: Buffer): Buffer {
  const offset = bytes.length >= 56 && isZboot(bytes) ? bytes.readUInt32LE(8) : 0;
  const size = bytes.length >= 56 ? bytes.readUInt32LE(12) : 0;
  if (offset < 56 || offset + size > bytes.length || size === 0) {
    throw new HarnessError('KERNEL_UNREADABLE', 'the EFI zboot header of the kernel is broken: its payload lies outside of the file', { hint: 'fetch or build the kernel again' });
  }
  const kind = bytes.toString('latin1', 24, 56).split('\0')[0] ?? '';
  if (!['gzip', 'zstd', 'zstd22', 'xzkern', 'xz'].includes(kind)) {
    throw new HarnessError('KERNEL_UNREADABLE', `the kernel is an EFI zboot image packed with "${kind}", which is not known here`, { hint: 'known are gzip, zstd and xz; unpack it by hand or build with CONFIG_KERNEL_GZIP' });
  }
  return bytes.subarray(offset, offset + size);
}

/** The content of a compressed payload. Those other than gzip may be followed by their unpacked size in four bytes, which decoders take for damage. */
export async function unpackPayload(payload: Buffer, unxz: Unxz | undefined): Promise<Buffer> {
  try {
    return await expand(payload, unxz);
  } catch (error) {
    return expand(payload.subarray(0, -4), unxz).catch(() => Promise.reject(error as Error));
  }
}

async function expand(packed: Buffer, unxz: Unxz | undefined): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(packed);
  }
  try {
    for await (const chunk of decompress(whole(), unxz)) {
      total += chunk.length;
      if (total > maxBytes) throw new Error(`it unpacks to more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw new HarnessError('KERNEL_UNREADABLE', `the kernel cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`, { hint: 'the file is damaged: fetch or build it again', cause: error });
  }
  return Buffer.concat(chunks);
}
