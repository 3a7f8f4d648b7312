import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathParts, plainDirectory, textFile } from '../../../src/archive/entry.ts';
import { attach, copyTree, createTree, link, list, lookup, merge, put, remove } from '../../../src/archive/rootfs.ts';
import { show, treeOf, trees } from './trees.ts';

describe('pathParts', () => {
  it.each([
    ['./usr//bin/', ['usr', 'bin']],
    ['/abs/x', ['abs', 'x']],
    ['.', []],
    ['', []],
    ['..a/b..', ['..a', 'b..']],
  ])('reads %j as %j', (name, parts) => {
    expect(pathParts(name)).toEqual(parts);
  });

  it.each([
    ['../etc/passwd', /leads out/],
    ['a/../../b', /leads out/],
    ['a/..', /leads out/],
    ['a\0b', /NUL/],
    ['x'.repeat(256), /longer than 255/],
    ['ж'.repeat(128), /longer than 255/],
    ['x/'.repeat(3000), /longer than 4095/],
  ])('refuses %j', (name, message) => {
    expect(() => pathParts(name)).toThrow(expect.objectContaining({ code: 'ARCHIVE_NAME_UNSAFE', message: expect.stringMatching(message) as string }));
  });
});

describe('put', () => {
  it('makes missing folders', () => {
    const tree = createTree();
    put(tree, 'a/b/c', textFile('x'));
    expect(show(tree)).toEqual({ a: '/', 'a/b': '/', 'a/b/c': 'x' });
  });

  it('keeps the children of a directory that is stated again', () => {
    const tree = treeOf({ 'd/x': '1' });
    put(tree, 'd', { ...plainDirectory, mode: 0o700 });
    expect(show(tree)).toEqual({ d: '/', 'd/x': '1' });
    expect(lookup(tree, 'd')?.inode.mode).toBe(0o700);
  });

  it('replaces a directory with all its children by a file', () => {
    const tree = treeOf({ 'd/x': '1' });
    put(tree, 'd', textFile('now a file'));
    expect(show(tree)).toEqual({ d: 'now a file' });
  });

  it('replaces a file by a directory when something is put below it', () => {
    const tree = treeOf({ d: 'file' });
    put(tree, 'd/x', textFile('1'));
    expect(show(tree)).toEqual({ d: '/', 'd/x': '1' });
  });

  it.each([
    ['a relative link', '->b/c'],
    ['an absolute link', '->/b/c'],
    ['a link that tries to leave', '->../../../b/c'],
  ])('follows %s in the folders of a path, inside the tree', (_, target) => {
    const tree = treeOf({ 'b/c': '/', a: target });
    put(tree, 'a/x', textFile('1'));
    expect(show(tree)).toEqual({ a: target, b: '/', 'b/c': '/', 'b/c/x': '1' });
  });

  it('makes the folder a dangling link names', () => {
    const tree = treeOf({ bin: '->usr/bin' });
    put(tree, 'bin/x', textFile('1'));
    expect(show(tree)).toEqual({ bin: '->usr/bin', usr: '/', 'usr/bin': '/', 'usr/bin/x': '1' });
  });

  it('ends at paths that make more folders than any image has', () => {
    const tree = createTree();
    expect(() => {
      for (let at = 0; at < 3000; at += 1) put(tree, `${at}/${'d/'.repeat(500)}x`, textFile(''));
    }).toThrow(expect.objectContaining({ code: 'ARCHIVE_TOO_MANY_ENTRIES' }));
  });

  it('ends at links in a circle', () => {
    const tree = treeOf({ a: '->b', b: '->a' });
    expect(() => {
      put(tree, 'a/x', textFile('1'));
    }).toThrow(expect.objectContaining({ code: 'ARCHIVE_LINK_LOOP' }));
    expect(lookup(tree, 'a/x')).toBeUndefined();
  });
});

describe('link', () => {
  it('leaves the other name its content when one is replaced', () => {
    const tree = treeOf({ one: 'old' });
    expect(link(tree, 'two', 'one')).toBe(true);
    put(tree, 'one', textFile('new'));
    expect(show(tree)).toEqual({ one: 'new', two: 'old' });
  });

  it.each(['nothing', 'folder'])('refuses the target %s', (target) => {
    expect(link(treeOf({ folder: '/' }), 'x', target)).toBe(false);
  });
});

describe('merge', () => {
  const old = { bin: '/', 'bin/a': 'A' };
  const merged = { 'usr/bin/b': 'B', bin: '->usr/bin' };
  const both = { bin: '->usr/bin', usr: '/', 'usr/bin': '/', 'usr/bin/a': 'A', 'usr/bin/b': 'B' };

  it('puts what lies in a folder where an earlier link leads', () => {
    const tree = treeOf(merged);
    merge(tree, treeOf(old));
    expect(show(tree)).toEqual(both);
  });

  it('moves what lies in a folder where a later link leads', () => {
    const tree = treeOf(old);
    merge(tree, treeOf(merged));
    expect(show(tree)).toEqual(both);
  });

  it('prefers a program to a link to it when both move to one place', () => {
    const tree = treeOf({ 'bin/sh': 'shell', 'usr/bin/sh': '->../../bin/sh' });
    merge(tree, treeOf({ bin: '->usr/bin' }));
    expect(show(tree)).toEqual({ bin: '->usr/bin', usr: '/', 'usr/bin': '/', 'usr/bin/sh': 'shell' });
  });

  it('drops a folder that turns into a link into itself no deeper than once', () => {
    const tree = treeOf({ 'd/x': '1', 'd/sub/y': '2' });
    merge(tree, treeOf({ d: '->d/sub' }));
    expect(show(tree)['d']).toBe('->d/sub');
  });

  it('replaces a link by a directory that is not where the link leads', () => {
    const tree = treeOf({ a: '->nowhere' });
    merge(tree, treeOf({ a: '/' }));
    expect(show(tree)).toEqual({ a: '/' });
  });

  it('gives every entry of a tree laid over an empty one', () => {
    fc.assert(fc.property(trees, (tree) => {
      expect(show(copyTree(tree))).toEqual(show(tree));
    }));
  });

  it('is the same when a tree is laid over itself', () => {
    fc.assert(fc.property(trees, (tree) => {
      const copy = copyTree(tree);
      try {
        merge(copy, tree);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ARCHIVE_LINK_LOOP' });
        return;
      }
      expect(new Set(Object.keys(show(copy)))).toEqual(new Set(Object.keys(show(tree))));
    }));
  });
});

describe('list', () => {
  it('names parents before children, each path once, in an order that does not depend on the way the tree was made', () => {
    fc.assert(fc.property(trees, (tree) => {
      const paths = [...list(tree)].map(({ path }) => path);
      expect(new Set(paths).size).toBe(paths.length);
      const seen = new Set(['']);
      for (const path of paths) {
        expect(seen.has(path.slice(0, Math.max(path.lastIndexOf('/'), 0)))).toBe(true);
        seen.add(path);
      }
    }));
    const forwards = treeOf({ a: '1', 'b/c': '2', 'b-c': '3' });
    const backwards = treeOf({ 'b-c': '3', 'b/c': '2', a: '1' });
    expect([...list(forwards)]).toEqual([...list(backwards)]);
  });
});

describe('attach and remove', () => {
  it('keeps the links of an attached tree to themselves', () => {
    const inner = treeOf({ bin: '->/usr/bin', 'usr/bin': '/' });
    const tree = treeOf({ 'usr/bin/outer': '1' });
    attach(tree, 'containers/x', inner);
    expect(show(tree)['containers/x/bin']).toBe('->/usr/bin');
    expect(show(tree)['containers/x/usr/bin']).toBe('/');
  });

  it('removes what is there and nothing else', () => {
    const tree = treeOf({ 'a/b/c': '1', 'a/d': '2' });
    remove(tree, 'a/b');
    remove(tree, 'not/there');
    expect(show(tree)).toEqual({ a: '/', 'a/d': '2' });
  });
});
