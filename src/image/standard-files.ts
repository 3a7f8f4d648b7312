// Files every LinuxKit image has or must not have, whatever its layers say: container leftovers go, hosts and
// resolv.conf become the guest's own, mount points are there. LinuxKit resets mode and owner of what an image has
// already; here an image keeps them.
import { plainDirectory, textFile, type Attributes, type Inode } from '../archive/entry.ts';
import { lookup, put, remove, type Tree } from '../archive/rootfs.ts';

/** Who reads /etc/resolv.conf: the system (init and volumes) follows what DHCP writes below /run, a container gets its own. */
export type Role = 'system' | 'container';

/** What an image has from the machine that built it. */
export const leftovers = ['.dockerenv', 'Dockerfile', 'dev/console', 'dev/pts', 'dev/shm', 'etc/hostname'];
const mountPoints = ['dev', 'dev/pts', 'dev/shm', 'etc', 'proc', 'sys'];

/** The guest's own /etc/hosts. */
export const hosts = `127.0.0.1       localhost
::1     localhost ip6-localhost ip6-loopback
fe00::0 ip6-localnet
ff00::0 ip6-mcastprefix
ff02::1 ip6-allnodes
ff02::2 ip6-allrouters
`;
/** A container's /etc/resolv.conf. */
export const noResolver = '\n# no resolv.conf configured\n';
/** Where the system's /etc/resolv.conf leads: DHCP writes it. */
export const resolverTarget = '/run/resolvconf/resolv.conf';

/** Takes out what an image has from the machine that built it, and replaces its hosts and resolv.conf. */
export function dropLeftovers(tree: Tree, role: Role): void {
  for (const path of leftovers) {
    const node = lookup(tree, path);
    if (node?.children === undefined || node.children.size === 0) remove(tree, path);
    else node.inode = plainDirectory;
  }
  replace(tree, 'etc/hosts', (old) => textFile(hosts, old));
  replace(tree, 'etc/resolv.conf', (old) => resolver(role, old));
}

/** Adds what must be there and is not. */
export function addStandardFiles(tree: Tree, role: Role): void {
  const add = (path: string, inode: Inode): void => {
    if (lookup(tree, path) === undefined) put(tree, path, inode);
  };
  for (const path of mountPoints) add(path, plainDirectory);
  add('etc/hosts', textFile(hosts));
  add('etc/resolv.conf', resolver(role, {}));
  add('etc/mtab', { ...plainDirectory, mode: 0o777, type: 'symlink', target: '/proc/mounts' });
}

type Owner = Partial<Pick<Attributes, 'mode' | 'uid' | 'gid'>>;

function resolver(role: Role, owner: Owner): Inode {
  if (role === 'container') return textFile(noResolver, owner);
  return { ...plainDirectory, mode: 0o777, type: 'symlink', target: resolverTarget };
}

/** A regular file keeps mode and owner; a link or directory of that name gives way to a file of the usual kind. */
function replace(tree: Tree, path: string, content: (old: Owner) => Inode): void {
  const old = lookup(tree, path)?.inode;
  if (old === undefined) return;
  put(tree, path, content(old.type === 'file' ? { mode: old.mode, uid: old.uid, gid: old.gid } : {}));
}
