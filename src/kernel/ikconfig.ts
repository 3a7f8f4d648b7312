// The configuration that a kernel built with CONFIG_IKCONFIG carries in itself, between two marks, as gzip
// (kernel/configs.c). A bzImage is unpacked for it: Documentation/arch/x86/boot.rst, payload_offset and payload_length.
import { gunzipSync } from 'node:zlib';
import type { Unxz } from '../archive/compress.ts';
import { inspectKernel } from './inspect.ts';
import { unpackPayload } from './unpack.ts';

const begin = Buffer.from('IKCFG_ST');
const end = Buffer.from('IKCFG_ED');
const maxConfig = 16 * 1024 ** 2;

/** The text of the configuration; undefined where the kernel carries none, or is packed in a way that is not known here. */
export async function readEmbeddedConfig(kernel: Buffer, unxz: Unxz): Promise<Buffer | undefined> {
  return find(kernel) ?? (inspectKernel(kernel).format === 'bzimage' ? find(await payload(kernel, unxz)) : undefined);
}

function find(bytes: Buffer): Buffer | undefined {
  const start = bytes.indexOf(begin);
  const stop = start === -1 ? -1 : bytes.indexOf(end, start);
  if (stop === -1) return undefined;
  try {
    return gunzipSync(bytes.subarray(start + begin.length, stop), { maxOutputLength: maxConfig });
  } catch {
    return undefined;
  }
}

async function payload(kernel: Buffer, unxz: Unxz): Promise<Buffer> {
  const offset = ((kernel[0x1f1] ?? 0) + 1) * 512 + kernel.readUInt32LE(0x248);
  const packed = kernel.subarray(offset, offset + kernel.readUInt32LE(0x24c));
  // lz4, lzo and bzip2 are not unpacked here: such a kernel is one without a configuration.
  return packed.length === 0 ? packed : unpackPayload(packed, unxz).catch(() => Buffer.alloc(0));
}
