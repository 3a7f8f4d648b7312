import { describe, expect, it } from 'vitest';
import { defaultMtime, textFile, type Entry } from '../../../src/archive/entry.ts';
import { lookup } from '../../../src/archive/rootfs.ts';
import { foldLayers } from '../../../src/oci/layers.ts';
import { show } from '../archive/trees.ts';

const owner = { mode: 0o755, uid: 0, gid: 0, mtime: defaultMtime };
const file = (name: string, text = name): Entry => ({ name, ...textFile(text) });
const folder = (name: string, mode = 0o755): Entry => ({ name, ...owner, mode, type: 'directory' });
const symlink = (name: string, target: string): Entry => ({ name, ...owner, type: 'symlink', target });
const hardlink = (name: string, target: string): Entry => ({ name, ...owner, type: 'hardlink', target });

describe('foldLayers', () => {
  it.each<[string, Entry[][], Record<string, string>]>([
    ['lays later layers over earlier ones', [[file('a', '1'), file('b', '1')], [file('b', '2')]], { a: '1', b: '2' }],
    ['lets the last of two equal names in a layer win', [[file('a', '1'), file('a', '2')]], { a: '2' }],
    ['makes parents nobody listed', [[file('usr/bin/x', '1')]], { usr: '/', 'usr/bin': '/', 'usr/bin/x': '1' }],
    ['hides a file by its whiteout', [[file('d/a'), file('d/b')], [file('d/.wh.a', '')]], { d: '/', 'd/b': 'd/b' }],
    ['hides a folder with all below it', [[file('d/e/a')], [file('d/.wh.e', '')]], { d: '/' }],
    ['keeps a name of the whiteout\'s own layer, before it or after it', [[file('x', '1')], [file('x', '2'), file('.wh.x', '')]], { x: '2' }],
    ['hides what an opaque folder had below', [[file('d/a'), file('d/sub/b')], [folder('d'), file('d/.wh..wh..opq', ''), file('d/c', '3')]], { d: '/', 'd/c': '3' }],
    ['keeps what an opaque folder\'s own layer has, before the marker or after it', [[file('d/a')], [file('d/b', '2'), file('d/.wh..wh..opq', '')]], { d: '/', 'd/b': '2' }],
    ['skips the book-keeping of aufs', [[file('.wh..wh.plnk/1.2', '')], [file('.wh..wh.aufs', '')]], { '.wh..wh.plnk': '/', '.wh..wh.plnk/1.2': '' }],
    ['keeps a hard link\'s content when its target is replaced', [[file('a', 'old'), hardlink('b', 'a')], [file('a', 'new')]], { a: 'new', b: 'old' }],
    ['keeps a hard link\'s content when its target is hidden', [[file('a', 'old'), hardlink('b', './a')], [file('.wh.a', '')]], { b: 'old' }],
    ['links to a file of a lower layer', [[file('a', '1')], [hardlink('b', '/a')]], { a: '1', b: '1' }],
    ['finds a link\'s target later in the layer', [[hardlink('b', 'a'), file('a', '1')]], { a: '1', b: '1' }],
    ['takes absolute names as relative', [[file('/etc/x', '1')]], { etc: '/', 'etc/x': '1' }],
    ['replaces a link by a folder that a later layer states', [[symlink('lib', 'usr/lib')], [folder('lib'), file('lib/x', '1')]], { lib: '/', 'lib/x': '1' }],
    ['follows a link to a folder for what a later layer puts below it', [[folder('usr/lib'), symlink('lib', 'usr/lib')], [file('lib/x', '1')]], { lib: '->usr/lib', usr: '/', 'usr/lib': '/', 'usr/lib/x': '1' }],
    ['keeps a link that leads out inside the tree', [[symlink('out', '../../../../tmp'), file('out/x', '1')]], { out: '->../../../../tmp', tmp: '/', 'tmp/x': '1' }],
    ['keeps an absolute link inside the tree', [[symlink('out', '/etc'), file('out/passwd', '1')]], { out: '->/etc', etc: '/', 'etc/passwd': '1' }],
  ])('%s', (_, layers, expected) => {
    expect(show(foldLayers(layers))).toEqual(expected);
  });

  it('takes the root\'s mode from the entry "./"', () => {
    expect(lookup(foldLayers([[folder('./', 0o700)]]), '')?.inode.mode).toBe(0o700);
  });

  it.each<[string, Entry, string]>([
    ['a name that leads out', file('../../etc/passwd'), 'ARCHIVE_NAME_UNSAFE'],
    ['a name with NUL', file('a\0b'), 'ARCHIVE_NAME_UNSAFE'],
    ['a hard link that leads out', hardlink('x', '../../etc/shadow'), 'ARCHIVE_NAME_UNSAFE'],
    ['a hard link to nowhere', hardlink('x', 'nothing'), 'ARCHIVE_LINK_DANGLING'],
    ['a hard link to a folder', hardlink('x', 'd'), 'ARCHIVE_LINK_DANGLING'],
    ['a whiteout of the folder above', file('d/.wh...'), 'ARCHIVE_NAME_UNSAFE'],
    ['a whiteout of nothing', file('d/.wh.'), 'ARCHIVE_NAME_UNSAFE'],
    ['a path through links in a circle', file('loop/x'), 'ARCHIVE_LINK_LOOP'],
  ])('refuses %s', (_, entry, code) => {
    expect(() => foldLayers([[folder('d'), symlink('loop', 'loop2'), symlink('loop2', 'loop')], [entry]])).toThrow(expect.objectContaining({ code }));
  });
});
