// The kernel section (linuxkit.md §2.4): of the kernel's image only the kernel, its modules archive and its microcode
// are taken, in the order in which they are met; the command line comes with the kernel.
import { readMembers, type Member } from '../../archive/members.ts';
import type { LinuxkitDocument } from '../linuxkit/schema.ts';
import { fromMember, inline, linuxkitFails, made, toBytes, type CompatEntry, type Origin } from './entry.ts';

type Kernel = NonNullable<LinuxkitDocument['kernel']>;

/** `boot/…` and what lies in kernel.tar. `members` are the image's, flattened. */
export async function kernelEntries(kernel: Kernel, members: readonly Member[], origin: Origin, signal: AbortSignal): Promise<readonly CompatEntry[]> {
  const names = { kernel: toBytes(kernel.binary || 'kernel'), tar: toBytes(kernel.tar === 'none' ? '' : (kernel.tar ?? 'kernel.tar')), ucode: toBytes(kernel.ucode ?? '') };
  const entries: CompatEntry[] = [];
  const found = { kernel: false, tar: false, ucode: false };
  for (const member of members) {
    const from = fromMember(member, origin);
    const boot = (name: string, rest: Pick<CompatEntry, 'type' | 'mode' | 'content'>): CompatEntry => made({ ...rest, name, pax: member.pax }, origin);
    const folder = (): readonly CompatEntry[] => (found.kernel || found.ucode ? [] : [boot('boot', { type: 'directory', mode: 0o755, content: [] })]);
    if (member.name === names.kernel) {
      entries.push(...folder(), boot('boot/cmdline', { type: 'file', mode: 0o644, content: [inline(kernel.cmdline ?? '')] }), boot('boot/kernel', { type: 'file', mode: from.mode, content: from.content }));
      found.kernel = true;
    } else if (member.name === names.tar) {
      found.tar = true;
      if (member.content !== undefined) entries.push(...(await readMembers(member.content, signal)).map((inner) => fromMember(inner, origin)));
    } else if (member.name === names.ucode) {
      entries.push(...folder(), boot('boot/ucode.cpio', { type: 'file', mode: from.mode, content: from.content }));
      found.ucode = true;
    }
  }
  if (!found.kernel) throw linuxkitFails(`kernel (${origin.source}): the image has no file "${kernel.binary || 'kernel'}"`, 'did not find kernel in kernel image', 'name the file in kernel.binary');
  if (!found.tar && names.tar !== '') throw linuxkitFails(`kernel (${origin.source}): the image has no file "${kernel.tar ?? 'kernel.tar'}"`, 'did not find kernel tar in kernel image', 'name the file in kernel.tar, or say tar: none');
  return entries;
}
