// Tells what a kernel file is from its bytes: format, architecture, release. Pure.
// x86: Documentation/arch/x86/boot.rst; arm64: Documentation/arch/arm64/booting.rst; arm: arch/arm/boot/compressed/head.S;
// riscv: Documentation/arch/riscv/boot-image-header.rst; EFI zboot: drivers/firmware/efi/libstub/zboot-header.S.

export type KernelFormat = 'bzimage' | 'arm64-image' | 'riscv-image' | 'zimage' | 'elf' | 'gzip' | 'zboot' | 'unknown';

export interface KernelHeader {
  readonly format: KernelFormat;
  /** Architecture in our names, where the header tells. */
  readonly arch?: string;
  /** What `uname -r` will say, where the bytes tell. */
  readonly release?: string;
}

const machines: Readonly<Record<number, string>> = { 3: 'i386', 21: 'ppc64le', 22: 's390x', 40: 'arm', 62: 'x86_64', 183: 'aarch64', 243: 'riscv64', 258: 'loongarch64' };
const peMachines: Readonly<Record<number, string>> = { 0x14c: 'i386', 0x1c0: 'arm', 0x1c2: 'arm', 0x1c4: 'arm', 0x5064: 'riscv64', 0x6264: 'loongarch64', 0x8664: 'x86_64', 0xaa64: 'aarch64' };

/** Looks at a whole kernel file, or at its beginning where the release does not matter. */
export function inspectKernel(bytes: Buffer): KernelHeader {
  if (bytes.length < 64) return { format: 'unknown' };
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return { format: 'gzip' };
  if (isZboot(bytes)) return withArch({ format: 'zboot' }, peArch(bytes));
  if (text(bytes, 0x202, 4) === 'HdrS' && u16(bytes, 0x1fe) === 0xaa55) return inspectBzImage(bytes);
  if (text(bytes, 0x38, 4) === 'ARM\x64') return withRelease({ format: 'arm64-image', arch: 'aarch64' }, banner(bytes));
  if (text(bytes, 0x38, 4) === 'RSC\x05') return withRelease({ format: 'riscv-image', arch: 'riscv64' }, banner(bytes));
  if (u32(bytes, 0x24) === 0x016f2818) return withRelease({ format: 'zimage', arch: 'arm' }, banner(bytes));
  if (u32(bytes, 0) === 0x464c457f) return inspectElf(bytes);
  return { format: 'unknown' };
}

/** An EFI application that carries a compressed kernel. */
export function isZboot(bytes: Buffer): boolean {
  return text(bytes, 0, 2) === 'MZ' && text(bytes, 4, 4) === 'zimg';
}

function inspectBzImage(bytes: Buffer): KernelHeader {
  const version = u16(bytes, 0x206) ?? 0;
  // xloadflags bit 0: the kernel has a 64-bit entry point.
  const arch = version >= 0x020c && ((u16(bytes, 0x236) ?? 0) & 1) === 1 ? 'x86_64' : 'i386';
  const pointer = u16(bytes, 0x20e) ?? 0;
  const line = pointer === 0 ? undefined : cString(bytes, pointer + 0x200);
  return withRelease({ format: 'bzimage', arch }, line?.split(' ')[0]);
}

function inspectElf(bytes: Buffer): KernelHeader {
  const little = bytes[5] === 1;
  const machine = little ? u16(bytes, 18) : (bytes[18] ?? 0) * 256 + (bytes[19] ?? 0);
  return withRelease(withArch({ format: 'elf' }, machines[machine ?? 0]), banner(bytes));
}

function peArch(bytes: Buffer): string | undefined {
  const offset = u32(bytes, 0x3c) ?? 0;
  return text(bytes, offset, 4) === 'PE\0\0' ? peMachines[u16(bytes, offset + 4) ?? 0] : undefined;
}

/** `Linux version X (…)` as the kernel prints it first. */
function banner(bytes: Buffer): string | undefined {
  const mark = 'Linux version ';
  for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + 1)) {
    const release = /^\d+\.\d+\S*/.exec(bytes.toString('latin1', at + mark.length, at + mark.length + 80))?.[0];
    if (release !== undefined) return release;
  }
  return undefined;
}

function withRelease(header: KernelHeader, release: string | undefined): KernelHeader {
  return release !== undefined && /^\d+\.\d+[\x21-\x7e]*$/.test(release) ? { ...header, release } : header;
}

function withArch(header: KernelHeader, arch: string | undefined): KernelHeader {
  return arch === undefined ? header : { ...header, arch };
}

function cString(bytes: Buffer, start: number): string | undefined {
  const end = bytes.indexOf(0, start);
  return start >= bytes.length || end === -1 || end - start > 200 ? undefined : bytes.toString('latin1', start, end);
}

function text(bytes: Buffer, at: number, length: number): string {
  return at + length <= bytes.length ? bytes.toString('latin1', at, at + length) : '';
}

function u16(bytes: Buffer, at: number): number | undefined {
  return at + 2 <= bytes.length ? bytes.readUInt16LE(at) : undefined;
}

function u32(bytes: Buffer, at: number): number | undefined {
  return at + 4 <= bytes.length ? bytes.readUInt32LE(at) : undefined;
}
