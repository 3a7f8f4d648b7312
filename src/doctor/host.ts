// What the machine itself offers: Node, memory, room on its disks.
import { access, mkdtemp, rmdir, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../sys/fs.ts';
import { formatSize } from '../model/units.ts';
import { type Check } from './check.ts';
import { isAtLeast } from '../model/versions.ts';

const oldestNode = '20.19';
const GiB = 1024 ** 3;

export function checkNode(version: string): Check {
  if (isAtLeast(version, oldestNode)) return { name: 'Node.js', status: 'ok', detail: version };
  return { name: 'Node.js', status: 'missing', detail: `${version}, but ${oldestNode} or later is needed`, fix: `install Node.js ${oldestNode} or later from your distribution or nodejs.org` };
}

/** A guest takes 512 MiB unless its case says otherwise. */
export function checkMemory(totalBytes: number, freeBytes: number): Check {
  const detail = `${formatSize(freeBytes)} of ${formatSize(totalBytes)} available`;
  if (freeBytes >= GiB) return { name: 'memory', status: 'ok', detail };
  return { name: 'memory', status: 'warn', detail: `${detail}; a guest needs 512M unless its case says otherwise`, fix: 'close other programs, or lower "memory" in case.yaml' };
}

/** Room for `what`, which lies in `folder`; the folder need not exist yet. */
export async function checkDisk(what: string, folder: string, neededBytes: number): Promise<Check> {
  const name = `disk for ${what}`;
  try {
    const nearest = await nearestFolder(folder);
    await rmdir(await mkdtemp(join(nearest, '.kit-test-')));
    const { bavail, bsize } = await statfs(nearest);
    const free = bavail * bsize;
    const detail = `${formatSize(free)} free in ${folder}`;
    if (free >= neededBytes) return { name, status: 'ok', detail };
    return { name, status: free < neededBytes / 10 ? 'missing' : 'warn', detail: `${detail}, ${formatSize(neededBytes)} are good to have`, fix: `free some space below ${folder}` };
  } catch (error) {
    return { name, status: 'missing', detail: `${folder} cannot be written (${errorCode(error) ?? String(error)})`, fix: `make ${folder} writable for this user, or choose another folder` };
  }
}

async function nearestFolder(folder: string): Promise<string> {
  const exists = await access(folder).then(() => true, () => false);
  return exists || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}
