// One list of entries from the layers of an image, in the order and with the faults of the library LinuxKit uses: the
// highest layer comes first, each name once. Opaque whiteouts hide nothing, a whiteout hides a name that follows in its own layer,
// of two entries with one name the first stays, hard links are names only, no parent is ever made (linuxkit.md §2.2).
import type { Member } from '../../archive/members.ts';
import { baseOf, cleanPath, folderOf } from './go-path.ts';

const WHITEOUT = '.wh.';

/** The members of all layers (given the lowest first) that are left, names cleaned. */
export function flattenLayers(layers: readonly (readonly Member[])[]): readonly Member[] {
  /** Names met so far; true where they hide what lies below them. */
  const met = new Map<string, boolean>();
  const kept: Member[] = [];
  for (const layer of [...layers].reverse()) {
    for (const member of layer) {
      const name = cleanPath(member.name);
      const base = baseOf(name);
      const isWhiteout = base.startsWith(WHITEOUT);
      const meant = isWhiteout && member.type !== 'directory' ? cleanPath(`${folderOf(name)}/${base.slice(WHITEOUT.length)}`) : name;
      if (met.has(meant) || isHidden(met, meant)) continue;
      met.set(meant, isWhiteout || member.type !== 'directory');
      if (!isWhiteout) kept.push(name === member.name ? member : { ...member, name });
    }
  }
  return kept;
}

function isHidden(met: ReadonlyMap<string, boolean>, name: string): boolean {
  for (let folder = folderOf(name), path = name; folder !== path; path = folder, folder = folderOf(folder)) {
    if (met.get(folder) === true) return true;
  }
  return false;
}
