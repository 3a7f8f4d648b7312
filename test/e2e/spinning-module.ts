// A kernel module that spins with interrupts off: Debian's own, with a few bytes of its start written over. Kernels without
// a debugging module have no other way to make one of their functions do so on x86.
// https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html, Linux include/linux/module_signature.h

const sectionBytes = 64;
const symbolBytes = 24;
const relocationBytes = 24;
const symtab = 2;
const rela = 4;
/** cli; loop: pause; jmp loop */
const spin = Buffer.from([0xfa, 0xf3, 0x90, 0xeb, 0xfc]);

interface Section {
  readonly name: string;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  /** Of relocations: the section they are for. */
  readonly info: number;
  readonly link: number;
}

/** An x86_64 module whose initialisation never ends and takes no interrupts. */
export function makeSpin(module: Uint8Array): Buffer {
  const elf = withoutSignature(Buffer.from(module));
  const sections = readSections(elf);
  const table = sections.find(({ type }) => type === symtab) ?? raise('no symbols');
  const nameOf = (index: number): string => text(elf, (sections[table.link] ?? raise('no names')).offset + elf.readUInt32LE(table.offset + index * symbolBytes));
  const init = Array.from({ length: table.size / symbolBytes }, (_, index) => index).find((index) => nameOf(index) === 'init_module') ?? raise('no init_module');
  const at = table.offset + init * symbolBytes;
  const section = elf.readUInt16LE(at + 6);
  const start = Number(elf.readBigUInt64LE(at + 8));
  const relocated = sections.flatMap((one) => one.type === rela && one.info === section ? relocations(elf, one).map(({ offset }) => offset) : []).sort((a, b) => a - b);
  // Nothing may be written over it when the module is loaded, nor the entry be one that tracing patches.
  const before = relocated.find((offset, index) => offset > start + 8 && (relocated[index + 1] ?? 0) - offset > 4 + spin.length + 1) ?? raise('no room between relocations');
  spin.copy(elf, (sections[section] ?? raise('no code')).offset + before + 4);
  const entry = sections.flatMap((one) => one.name === '.rela.gnu.linkonce.this_module' ? relocations(elf, one) : []).find(({ symbol }) => symbol === init) ?? raise('no entry');
  elf.writeBigInt64LE(BigInt(before + 4 - start), entry.at + 16);
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
