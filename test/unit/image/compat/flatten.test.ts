// Layers as the library LinuxKit uses flattens them; each fault is one row.
import { describe, expect, it } from 'vitest';
import type { Member, MemberType } from '../../../../src/archive/members.ts';
import { flattenLayers } from '../../../../src/image/compat/flatten.ts';

/** `dir/` is a folder, `a -> b` a link, `a = b` a hard link, the rest a file. */
function member(text: string, layer: number): Member {
  const [, name = '', sign, target = ''] = /^(.*?)(?: (->|=) (.*))?$/.exec(text) ?? [];
  const type: MemberType = sign === '->' ? 'symlink' : sign === '=' ? 'hardlink' : name.endsWith('/') ? 'directory' : 'file';
  return { name, type, target, mode: 0o644, uid: layer, gid: 0, uname: '', gname: '', mtime: { seconds: 0, nanoseconds: 0 }, device: { major: 0, minor: 0 }, pax: {} };
}

/** Names with the number of the layer each comes from. */
const flat = (...layers: readonly (readonly string[])[]): string[] => flattenLayers(layers.map((layer, index) => layer.map((text) => member(text, index)))).map(({ name, uid, type, target }) => `${name}@${uid}${type === 'hardlink' ? ` = ${target}` : ''}`);

describe('flattenLayers', () => {
  it.each<[string, readonly (readonly string[])[], readonly string[]]>([
    ['takes the highest layer first', [['a', 'b'], ['b', 'c']], ['b@1', 'c@1', 'a@0']],
    ['cleans names', [['./', './x', 'd//e/', '/abs', '../up', 'a/../b']], ['.@0', 'x@0', 'd/e@0', '/abs@0', '../up@0', 'b@0']],
    ['hides what a whiteout names', [['a', 'd/', 'd/x'], ['.wh.a', '.wh.d']], []],
    ['lets an opaque folder show what lies below it', [['d/', 'd/low'], ['d/', 'd/.wh..wh..opq', 'd/high']], ['d@1', 'd/high@1', 'd/low@0']],
    ['hides a name behind its whiteout in the same layer', [['d/'], ['.wh.x', 'x']], ['d@0']],
    ['shows a name before its whiteout in the same layer', [[], ['x', '.wh.x']], ['x@1']],
    ['keeps the first of two entries', [['x', 'x -> y']], ['x@0']],
    ['hides the children of what is no folder any more', [['d/', 'd/x'], ['d']], ['d@1']],
    ['keeps a folder that takes a file\'s place', [['d'], ['d/', 'd/x']], ['d@1', 'd/x@1']],
    ['makes no parents', [['u/', 'u/b/'], ['u/b/x']], ['u/b/x@1', 'u@0', 'u/b@0']],
    ['leaves hard links to what is gone', [['a', 'b = ./a'], ['.wh.a']], ['b@0 = ./a']],
    ['takes a folder with a whiteout\'s name as one that hides itself', [['x'], ['.wh.x/', '.wh.x/y']], ['x@0']],
    ['lets a bare whiteout hide its folder', [['d/', 'd/x'], ['d/.wh.']], []],
  ])('%s', (_title, layers, expected) => {
    expect(flat(...layers)).toEqual(expected);
  });
});
