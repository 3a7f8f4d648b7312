import { describe, expect, it } from 'vitest';
import { combinePackages } from '../../../src/source/usr-merge.ts';
import { show, treeOf } from '../archive/trees.ts';

const links = { bin: '->usr/bin', sbin: '->usr/sbin', lib: '->usr/lib', usr: '/', 'usr/bin': '/', 'usr/sbin': '/', 'usr/lib': '/' };

describe('combinePackages', () => {
  it.each<[string, Record<string, string>[]]>([
    ['packages from before the merge', [{ 'bin/sh': '->dash', 'bin/dash': 'D' }, { 'lib/x.so': 'X', 'usr/bin/tool': 'T' }]],
    ['merged packages', [{ 'usr/bin/sh': '->dash', 'usr/bin/dash': 'D' }, { 'usr/lib/x.so': 'X', 'usr/bin/tool': 'T' }]],
    ['both with base-files, which brings the links, last', [{ 'bin/sh': '->dash', 'usr/bin/dash': 'D' }, { 'lib/x.so': 'X', 'usr/bin/tool': 'T' }, { 'usr/bin': '/', bin: '->usr/bin', sbin: '->usr/sbin', lib: '->usr/lib' }]],
  ])('gives one layout to %s', (_, packages) => {
    expect(show(combinePackages(packages.map(treeOf)))).toEqual({ ...links, 'usr/bin/dash': 'D', 'usr/bin/sh': '->dash', 'usr/bin/tool': 'T', 'usr/lib/x.so': 'X' });
  });

  it.each([
    ['lib64/ld-linux-x86-64.so.2', 'of old packages'],
    ['usr/lib64/ld-linux-x86-64.so.2', 'of merged packages'],
  ])('lets the interpreter %s %s be found at /lib64', (path) => {
    expect(show(combinePackages([treeOf({ [path]: 'LD' })]))).toEqual({ ...links, lib64: '->usr/lib64', 'usr/lib64': '/', 'usr/lib64/ld-linux-x86-64.so.2': 'LD' });
  });
});
