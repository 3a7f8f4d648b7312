// What LinuxKit does to every image it unpacks (linuxkit.md §2.3): some files of the build machine are dropped, hosts
// and resolv.conf replaced in place, and a block of folders and files follows, whether the image has them or not.
import type { Member } from '../../archive/members.ts';
import { defaultMtime } from '../../archive/entry.ts';
import { hosts, leftovers, noResolver, resolverTarget } from '../standard-files.ts';
import { fromMember, inline, leadingFolders, linuxkitFails, made, type CompatEntry, type Made, type Origin } from './entry.ts';

export interface Rewrite {
  /** Where the image goes: nothing, or a path that ends in a slash. */
  readonly prefix: string;
  /** The system's resolv.conf is a link to what DHCP writes, a container's a file that says nothing. */
  readonly resolver: 'link' | 'file';
  readonly origin: Origin;
}

const dropped = new Set(leftovers);

/** The entries of a flattened image at its place. */
export function rewriteImage(members: readonly Member[], { prefix, resolver, origin }: Rewrite): readonly CompatEntry[] {
  const entries: CompatEntry[] = [...leadingFolders(prefix, origin)];
  let hasMtab = false;
  for (const member of members) {
    if (dropped.has(member.name)) continue;
    const entry = { ...fromMember(member, origin), name: prefix + member.name };
    const standard = { ...entry, mtime: { seconds: defaultMtime, nanoseconds: 0 } };
    if (member.name === 'etc/resolv.conf' && resolver === 'link') entries.push({ ...standard, type: 'symlink', target: resolverTarget, size: 0, content: [] });
    else if (member.name === 'etc/resolv.conf') entries.push(replaced(standard, noResolver, origin));
    else if (member.name === 'etc/hosts') entries.push(replaced(standard, hosts, origin));
    else {
      const isMtab = member.name === 'etc/mtab';
      hasMtab ||= isMtab;
      entries.push({ ...(isMtab ? standard : entry), ...(member.type === 'hardlink' ? { target: prefix + member.target } : {}) });
    }
  }
  return [...entries, ...closingBlock(resolver).filter(({ name }) => !hasMtab || name !== 'etc/mtab').map((entry) => made({ ...entry, name: prefix + entry.name }, origin))];
}

/** Owner and mode stay; so does the type, which makes LinuxKit fail for anything but a file. */
function replaced(entry: CompatEntry, text: string, origin: Origin): CompatEntry {
  if (entry.type !== 'file' && entry.type !== 'contiguous') throw linuxkitFails(`${origin.location} (${origin.source}): ${entry.name} is a ${entry.type}`, 'archive/tar: write too long');
  const content = [inline(text)];
  return { ...entry, content, size: Buffer.byteLength(text) };
}

function closingBlock(resolver: Rewrite['resolver']): readonly Made[] {
  const folder = (name: string): Made => ({ name, type: 'directory', mode: 0o755 });
  return [
    folder('dev'), folder('dev/pts'), folder('dev/shm'), folder('etc'),
    { name: 'etc/hosts', type: 'file', mode: 0o644, content: [inline(hosts)] },
    { name: 'etc/mtab', type: 'symlink', mode: 0o755, target: '/proc/mounts' },
    resolver === 'link'
      ? { name: 'etc/resolv.conf', type: 'symlink', mode: 0o644, target: resolverTarget }
      : { name: 'etc/resolv.conf', type: 'file', mode: 0o644, content: [inline(noResolver)] },
    folder('proc'), folder('sys'),
  ];
}
