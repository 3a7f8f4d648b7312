import { describe, expect, it } from 'vitest';
import { issuesOf, shown } from './project-folder.ts';

const kernel = 'release: "6.1"\nsource: { type: apt, suite: bookworm, package: linux }\n';
const testCase = 'summary: x\nrun: { command: ["true"] }\n';

describe('names of cases and kernels', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['two kernels of one name', { 'kernels/6.1.yml': kernel }, 'kernels/6.1.yml the kernel "6.1" has the same name as kernels/6.1.yaml'],
    ['a kernel with capitals', { 'kernels/Next.yaml': kernel }, 'kernels/Next.yaml "Next" is no name for a kernel: expected lower-case letters, digits, ".", "_" and "-", beginning with a letter or digit'],
    ['a case with a space', { 'cases/my case/case.yaml': testCase }, 'cases/my case "my case" is no name for a case: expected lower-case letters, digits, ".", "_" and "-", beginning with a letter or digit'],
    ['a name that is too long', { [`cases/${'a'.repeat(100)}/case.yaml`]: testCase }, `cases/${'a'.repeat(100)} the name of this case is too long: 100 characters, expected at most 80`],
  ])('reports %s', async (_title, files, expected) => {
    expect(shown(await issuesOf(files))).toEqual([expected]);
  });

  it('reports names that differ only in letter case', async () => {
    expect(shown(await issuesOf({ 'cases/Boot/case.yaml': testCase }))).toEqual([
      expect.stringMatching(/^cases\/Boot "Boot" is no name for a case/),
      'cases/boot the case "boot" differs only in letter case from cases/Boot',
    ]);
  });

  it('passes over dot files, and files that are no YAML', async () => {
    expect(await issuesOf({ 'kernels/README.md': '', 'kernels/.hidden.yaml': ':', 'cases/.git/x': '', 'cases/README.md': '' })).toEqual([]);
  });
});

describe('kernel files', () => {
  it.each<[string, string, readonly string[]]>([
    ['an unknown architecture in a map', 'release: "6.1"\nsource: { type: apt, suite: sid, package: { x86_64: a, arm46: b } }\n', ['kernels/k.yaml:2:56 source.package.arm46 unknown architecture "arm46"']],
    ['an unknown architecture in a list', `${kernel}arch: [amd64, sparc]\n`, ['kernels/k.yaml:3:15 arch[1] unknown architecture "sparc"']],
    ['two names of one architecture', `${kernel}arch: [amd64, x86_64]\n`, ['kernels/k.yaml:3:15 arch[1] "x86_64" and "amd64" are the same architecture']],
    ['an architecture that the source does not have', 'release: "6.1"\narch: [arm64]\nsource: { type: apt, suite: sid, package: { x86_64: a } }\n', ['kernels/k.yaml:2:7 arch the source has nothing for aarch64']],
    ['a Kconfig file for an architecture without kernel', 'release: "6.1"\nsource: { type: file, path: { x86_64: a }, config: { arm: b } }\n', ['kernels/k.yaml:2:44 source.config "config" names arm, for which this kernel does not exist']],
    ['an empty map', 'release: "6.1"\nsource: { type: apt, suite: sid, package: {} }\n', ['kernels/k.yaml:2:43 source.package expected at least one architecture, got an empty mapping']],
    ['a release that is none', 'release: latest\nsource: { type: apt, suite: sid, package: a }\n', ['kernels/k.yaml:1:10 release expected a kernel version such as "6.12", "6.12.9" or "7.x", got "latest"']],
    ['a line break in a kernel argument', `${kernel}cmdline: ["a\\nb"]\n`, ['kernels/k.yaml:3:11 cmdline[0] expected kernel arguments on one line, got "a\\nb"']],
  ])('report %s', async (_title, text, expected) => {
    expect(shown(await issuesOf({ 'kernels/k.yaml': text }))).toEqual(expected);
  });

  it('suggest the architecture that was meant, also by another of its names', async () => {
    const [first, second] = await issuesOf({ 'kernels/k.yaml': 'release: "6.1"\narch: [arm46, adm64]\nsource: { type: apt, suite: sid, package: a }\n' });
    expect(first?.hint).toBe('did you mean "arm"? valid architectures: x86_64, aarch64, arm');
    expect(second?.hint).toBe('did you mean "amd64"? valid architectures: x86_64, aarch64, arm');
  });
});

describe('case files', () => {
  it.each<[string, Readonly<Record<string, string | undefined>>, readonly string[]]>([
    ['both run and image', { 'cases/true/case.yaml': `${testCase}image: image.yml\n` }, ['cases/true/case.yaml:3:1 image both "run" and "image" are given: expected one of them']],
    ['an image that is not there', { 'cases/boot/case.yaml': 'summary: x\nimage: nope.yml\n' }, ['cases/boot/case.yaml:2:8 image the image cases/boot/nope.yml: this file or folder does not exist']],
    ['no image.yml', { 'cases/boot/image.yml': undefined }, ['cases/boot/case.yaml:1:1 the image cases/boot/image.yml: this file or folder does not exist']],
    ['an image that is a folder', { 'cases/boot/case.yaml': 'summary: x\nimage: .\n' }, ['cases/boot/case.yaml:2:8 image the image cases/boot: this is not a file']],
    ['an unknown architecture', { 'cases/boot/case.yaml': 'summary: x\nneeds: { arch: [x86_64, mips] }\n' }, ['cases/boot/case.yaml:2:25 needs.arch[1] unknown architecture "mips"']],
    ['a folder without case.yaml', { 'cases/empty/.keep': '' }, ['cases/empty this case has no case.yaml']],
    ['a case.yml', { 'cases/other/case.yml': testCase }, ['cases/other this case has no case.yaml']],
  ])('report %s', async (_title, files, expected) => {
    expect(shown(await issuesOf(files))).toEqual(expected);
  });

  it('hint at a file that only needs another name', async () => {
    expect((await issuesOf({ 'cases/other/case.yml': testCase }))[0]?.hint).toBe('rename case.yml to case.yaml');
  });

  it.each<[string, Uint8Array, string]>([
    ['bytes that are no UTF-8', Uint8Array.from([0x61, 0xc3, 0x28]), 'the file is not text: expected UTF-8'],
    ['UTF-16', Uint8Array.from([0xff, 0xfe, 0x61, 0x00]), 'the file is UTF-16: save it as UTF-8'],
    ['10 MB', new Uint8Array(10_000_000).fill(0x61), 'the file is too large: 10000000 bytes, expected at most 4194304'],
  ])('report %s', async (_title, bytes, message) => {
    expect(shown(await issuesOf({ 'cases/true/case.yaml': bytes }))).toEqual([`cases/true/case.yaml ${message}`]);
  });
});
