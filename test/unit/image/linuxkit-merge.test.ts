import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mergeDocuments, originOf } from '../../../src/image/linuxkit/merge.ts';
import { outputFormats } from '../../../src/image/linuxkit/outputs.ts';
import { isPackage, resolvePackages } from '../../../src/image/linuxkit/packages.ts';
import { expandReference } from '../../../src/image/linuxkit/references.ts';
import type { LinuxkitDocument } from '../../../src/image/linuxkit/schema.ts';
import { documentOf, parseYaml } from './context.ts';

const merged = (...texts: readonly string[]): LinuxkitDocument => mergeDocuments(texts.map((text) => ({ doc: documentOf(text), baseDir: '/a' })));

describe('mergeDocuments', () => {
  it('joins lists in the order of the files', () => {
    expect(merged('{init: [a], files: [{path: x, contents: ""}]}', '{init: [b], onboot: [{name: n, image: i}]}', '{init: [c]}')).toEqual({ init: ['a', 'b', 'c'], files: [{ path: 'x', contents: '' }], onboot: [{ name: 'n', image: 'i' }] });
  });

  it.each([
    ['replaces what the later file says', '{image: a, cmdline: x, binary: k}', '{image: b, cmdline: y}', { image: 'b', cmdline: 'y', binary: 'k' }],
    ['keeps what the later file leaves empty', '{image: a, cmdline: x, binary: k}', '{image: "", cmdline: "", binary: ""}', { image: 'a', cmdline: 'x', binary: 'k' }],
    ['takes an empty tar or ucode for a word', '{tar: k.tar, ucode: u}', '{tar: "", ucode: ""}', { tar: '', ucode: '' }],
  ])('of the kernel, %s', (_, first, second, kernel) => {
    expect(merged(`kernel: ${first}`, `kernel: ${second}`).kernel).toEqual(kernel);
  });

  it('tells the paths of a later file from the folder of the first', () => {
    const second = documentOf('{init: ["dir:./x", "oci:../l:name:1", alpine, "dir:/abs", "@pkg:p"], kernel: {image: "oci-archive:k.tar"}, files: [{path: p, source: s.txt}, {path: q, source: ~/s}, {path: r, source: /s}]}');
    const doc = mergeDocuments([{ doc: {}, baseDir: '/a/one' }, { doc: second, baseDir: '/a/two/deep' }]);
    expect(doc.init).toEqual(['dir:../two/deep/x', 'oci:../two/l:name:1', 'alpine', 'dir:/abs', '@pkg:../two/deep/p']);
    expect(doc.kernel?.image).toBe('oci-archive:../two/deep/k.tar');
    expect(doc.files?.map(({ source }) => source)).toEqual(['../two/deep/s.txt', '~/s', '/s']);
  });

  it('does not depend on how files are grouped', () => {
    const doc = fc.record({
      kernel: fc.option(fc.record({ image: fc.constantFrom('', 'a', 'b'), tar: fc.constantFrom('', 'x') }, { requiredKeys: [] }), { nil: undefined }),
      init: fc.option(fc.array(fc.constantFrom('a', 'b'), { maxLength: 3 }), { nil: undefined }),
      volumes: fc.option(fc.array(fc.record({ name: fc.constantFrom('v', 'w') }), { maxLength: 2 }), { nil: undefined }),
    }) as fc.Arbitrary<LinuxkitDocument>;
    const merge = (...docs: readonly LinuxkitDocument[]): LinuxkitDocument => mergeDocuments(docs.map((each) => ({ doc: each, baseDir: '/' })));
    const clean = (value: LinuxkitDocument): unknown => JSON.parse(JSON.stringify(value));
    fc.assert(fc.property(doc, doc, doc, (a, b, c) => {
      expect(clean(merge(merge(a, b), c))).toEqual(clean(merge(a, merge(b, c))));
    }));
  });
});

describe('originOf', () => {
  const files = ['{kernel: {image: a, cmdline: x}, init: [a, b]}', '{services: [{name: s, image: i}]}', '{kernel: {cmdline: y, image: ""}, init: [c]}'].map((text) => ({ doc: documentOf(text) }));

  it.each([
    [['init', 1], 0, ['init', 1]],
    [['init', 2], 2, ['init', 0]],
    [['services', 0, 'uid'], 1, ['services', 0, 'uid']],
    [['kernel', 'image'], 0, ['kernel', 'image']],
    [['kernel', 'cmdline'], 2, ['kernel', 'cmdline']],
  ])('finds %j', (path, file, local) => {
    expect(originOf(files, path)).toEqual({ file, path: local });
  });
});

describe('outputFormats', () => {
  it('gives what a file of 2017 asks for, each once', () => {
    expect(outputFormats(documentOf('outputs: [{format: kernel+initrd}, {format: iso-bios}, {format: kernel+initrd}]'))).toEqual(['kernel+initrd', 'iso-bios']);
    expect(outputFormats({})).toEqual([]);
  });
});

describe('expandReference', () => {
  it.each([['alpine', 'docker.io/library/alpine'], ['docker://a/b:1', 'docker.io/a/b:1'], ['localhost/x', 'localhost/x'], [`a@sha256:${'0'.repeat(64)}`, `docker.io/library/a@sha256:${'0'.repeat(64)}`], ['dir:x', 'dir:x'], ['', '']])('makes %j %j', (text, full) => {
    expect(expandReference(text)).toBe(full);
  });
});

describe('package templates', () => {
  let folder: string;
  const git = (...args: readonly string[]): string => execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@t.example', ...args], { encoding: 'utf8' });
  const resolve = (doc: unknown): ReturnType<typeof resolvePackages<unknown>> => resolvePackages(doc, { baseDir: folder, parseYaml });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kit-test-pkg-'));
    await mkdir(join(folder, 'pkg/one'), { recursive: true });
    await writeFile(join(folder, 'pkg/one/build.yml'), 'image: one\n');
    await writeFile(join(folder, 'pkg/one/file'), 'x');
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'one');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('name the image of a package by the tree git knows, anywhere in the document', async () => {
    const hash = git('rev-parse', 'HEAD:pkg/one').trim();
    const { doc, unknown } = await resolve({ init: ['@pkg:pkg/one'], files: [{ contents: '@pkg:./pkg/one', path: '@other' }] });
    expect(doc).toEqual({ init: [`docker.io/linuxkit/one:${hash}`], files: [{ contents: `docker.io/linuxkit/one:${hash}`, path: '@other' }] });
    expect(unknown).toEqual([]);
  });

  it('follow org and tag of build.yml', async () => {
    await writeFile(join(folder, 'pkg/one/build.yml'), 'image: one\norg: mine\ntag: "v1-{{.Hash}}"\n');
    git('commit', '-qam', 'two');
    expect((await resolve({ a: '@pkg:pkg/one' })).doc).toEqual({ a: `docker.io/mine/one:v1-${git('rev-parse', 'HEAD:pkg/one').trim()}` });
  });

  it.each<[string, (path: string) => Promise<void>, RegExp]>([
    ['has changes', (path) => writeFile(join(path, 'file'), 'y'), /has changes that are not committed/],
    ['has new files', (path) => writeFile(join(path, 'new'), 'y'), /has changes that are not committed/],
    ['has other sources', (path) => writeFile(join(path, 'build.yml'), 'image: one\nextra-sources: ["a:b"]\n'), /has extra-sources, .*show-tag/],
    ['has another template', (path) => writeFile(join(path, 'build.yml'), 'image: one\ntag: "{{.Version}}"\n'), /only \{\{\.Hash\}\}/],
    ['has no name', (path) => writeFile(join(path, 'build.yml'), 'org: one\n'), /does not name its image/],
    ['is no YAML', (path) => writeFile(join(path, 'build.yml'), 'a: [\n'), /is no YAML/],
    ['is no package', (path) => rm(join(path, 'build.yml')), /build\.yml cannot be read/],
  ])('stay as they are where the package %s', async (_, change, problem) => {
    await change(join(folder, 'pkg/one'));
    const { doc, unknown } = await resolve({ init: ['a', '@pkg:pkg/one'] });
    expect(doc).toEqual({ init: ['a', '@pkg:pkg/one'] });
    expect(unknown).toEqual([{ path: ['init', 1], problem: expect.stringMatching(problem) as string }]);
  });

  it('are the only texts that begin so', () => {
    expect(['@pkg:x', '@text', 'x@pkg:y'].map(isPackage)).toEqual([true, false, false]);
  });
});
