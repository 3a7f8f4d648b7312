// A bare kernel with a header that says where in memory it belongs: U-Boot's legacy image format (include/image.h), which QEMU loads. Pure.
import { crc32 } from 'node:zlib';

const headerBytes = 64;
const magic = 0x27051956;
/** IH_OS_LINUX, IH_ARCH_ARM, IH_TYPE_KERNEL, IH_COMP_NONE. */
const kind = [5, 2, 2, 0];

/** The header of an ARM kernel that is loaded to `address`, and begins there. */
export function uImageHeader(kernel: Uint8Array, address: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32BE(magic, 0);
  header.writeUInt32BE(kernel.length, 12);
  header.writeUInt32BE(address, 16);
  header.writeUInt32BE(address, 20);
  header.writeUInt32BE(crc32(kernel), 24);
  header.set(kind, 28);
  header.write('Linux', 32, 'latin1');
  // Of the header without it.
  header.writeUInt32BE(crc32(header), 4);
  return header;
}
