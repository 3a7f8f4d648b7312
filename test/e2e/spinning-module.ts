// A kernel module that spins with interrupts off: Debian's own, with a few bytes of its start written over. Kernels without
// a debugging module have no other way to make one of their functions do so on x86 and riscv.
// https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html, Linux include/linux/module_signature.h

const sectionBytes = 64;
const symbolBytes = 24;
const relocationBytes = 24;
const symtab = 2;
const rela = 4;
/** What spins, and how many bytes at the place of a relocation may be the kernel's to write. By ELF's numbers of machines. */
const spins: Readonly<Record<number, { readonly code: Buffer; readonly relocated: number }>> = {
  // cli; loop: pause; jmp loop; nop; nop
  62: { code: Buffer.from([0xfa, 0xf3, 0x90, 0xeb, 0xfc, 0x90, 0x90]), relocated: 4 },
  // csrci sstatus, 2; loop: j loop
  243: { code: Buffer.from([0x73, 0x70, 0x01, 0x10, 0x6f, 0x00, 0x00, 0x00]), relocated: 8 },
};

interface Section {
  readonly name: string;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  /** Of relocations: the section they are for. */
  readonly info: number;
  readonly link: number;
}

/** A module for x86_64 or riscv64 whose initialisation never ends and takes no interrupts. */
export function makeSpin(module: Uint8Array): Buffer {
  const elf = withoutSignature(Buffer.from(module));
  const spin = spins[elf.readUInt16LE(18)] ?? raise('no code for this machine');
  const sections = readSections(elf);
  const table = sections.find(({ type }) => type === symtab) ?? raise('no symbols');
  const nameOf = (index: number): string => text(elf, (sections[table.link] ?? raise('no names')).offset + elf.readUInt32LE(table.offset + index * symbolBytes));
  const init = Array.from({ length: table.size / symbolBytes }, (_, index) => index).find((index) => nameOf(index) === 'init_module') ?? raise('no init_module');
  const at = table.offset + init * symbolBytes;
  const section = elf.readUInt16LE(at + 6);
  const start = Number(elf.readBigUInt64LE(at + 8));
  const relocated = sections.flatMap((one) => one.type === rela && one.info === section ? relocations(elf, one).map(({ offset }) => offset) : []).sort((a, b) => a - b);
  // Nothing may be written over it when the module is loaded, nor the entry be one that tracing patches.
  const before = relocated.find((offset, index) => offset > start + 8 && (relocated[index + 1] ?? 0) - offset >= spin.relocated + spin.code.length) ?? raise('no room between relocations');
  const place = before + spin.relocated;
  spin.code.copy(elf, (sections[section] ?? raise('no code')).offset + place);
  const entry = sections.flatMap((one) => one.name === '.rela.gnu.linkonce.this_module' ? relocations(elf, one) : []).find(({ symbol }) => symbol === init) ?? raise('no entry');
  elf.writeBigInt64LE(BigInt(place - start), entry.at + 16);
  return elf;
}

function readSections(elf: Buffer): readonly Section[] {
  const table = Number(elf.readBigUInt64LE(40));
  const names = Number(elf.readBigUInt64LE(table + elf.readUInt16LE(62) * sectionBytes + 24));
  return Array.from({ length: elf.readUInt16LE(60) }, (_, index) => {
    const at = table + index * sectionBytes;
    return {
      name: text(elf, names + elf.readUInt32LE(at)),
      type: elf.readUInt32LE(at + 4),
      offset: Number(elf.readBigUInt64LE(at + 24)),
      size: Number(elf.readBigUInt64LE(at + 32)),
      link: elf.readUInt32LE(at + 40),
      info: elf.readUInt32LE(at + 44),
    };
  });
}

function relocations(elf: Buffer, { offset, size }: Section): readonly { readonly at: number; readonly offset: number; readonly symbol: number }[] {
  return Array.from({ length: size / relocationBytes }, (_, index) => {
    const at = offset + index * relocationBytes;
    return { at, offset: Number(elf.readBigUInt64LE(at)), symbol: elf.readUInt32LE(at + 12) };
  });
}

/** A signature that no longer fits is refused; none at all only taints the kernel. */
function withoutSignature(module: Buffer): Buffer {
  const magic = '~Module signature appended~\n';
  if (module.toString('latin1', module.length - magic.length) !== magic) return module;
  const facts = module.length - magic.length - 12;
  return module.subarray(0, facts - module.readUInt32BE(facts + 8));
}

const text = (elf: Buffer, at: number): string => elf.toString('latin1', at, elf.indexOf(0, at));

function raise(message: string): never {
  throw new Error(message);
}
