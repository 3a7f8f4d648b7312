import { describe, expect, it } from 'vitest';
import { ConfigError, type Issue } from '../../../src/model/errors.ts';
import { checkImageText, openImage, parseYaml } from '../../../src/run/image-yaml.ts';

const shown = ({ file, line, column, message }: Issue): string => `${file}:${line ?? 0}:${column ?? 0} ${message}`;
const texts = (files: Readonly<Record<string, string>>): Parameters<typeof openImage>[0] => Object.entries(files).map(([file, text]) => ({ file, text, baseDir: '/nowhere' }));
async function issuesOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const failure: unknown = await openImage(texts(files)).catch((error: unknown) => error);
  return failure instanceof ConfigError ? failure.issues.map(shown) : [];
}

describe('an image file', () => {
  it('has all its mistakes told at once, in one voice', () => {
    expect(checkImageText('init: [3]\nservices:\n  - name: a\n    privileged: true\nuserdata: x\n', 'image.yml').map(shown)).toEqual([
      'image.yml:1:8 expected a string, got 3',
      expect.stringMatching(/^image\.yml:3:5 missing key "image"/),
      'image.yml:4:5 unknown key "privileged"',
      'image.yml:5:1 unknown key "userdata"',
    ]);
    expect(checkImageText('services:\n  - {name: a, image: x, binds: [v:/v], uid: nobody}\n  - {name: a, image: X}\n', 'image.yml').map(shown)).toEqual([
      expect.stringMatching(/^image\.yml:2:33 "v" is neither an absolute path nor the name of a volume/),
      expect.stringMatching(/^image\.yml:2:45 no container is named "nobody"/),
      'image.yml:3:12 a service named "a" is there already, first at image.yml:2:12',
      expect.stringMatching(/^image\.yml:3:22 "X" is not an image reference/),
    ]);
  });

  it.each([
    ['init:\n\t- linuxkit/init:x\n', 'image.yml:2:1 tabs are not allowed for indentation in YAML'],
    ['services:\n  - name: a\n    capabilities:\n\t - all\n', 'image.yml:4:1 tabs are not allowed for indentation in YAML'],
  ])('of 2017 with tabs is refused with the way out', (text, expected) => {
    const issues = checkImageText(text, 'image.yml');
    expect(issues.map(shown)).toEqual([expected]);
    expect(issues[0]?.hint).toMatch(/2017.*expand -t 2 FILE/);
  });

  it.each([
    ['', 'image.yml:1:1 the file is empty: expected a mapping'],
    ['- init\n', 'image.yml:1:1 expected a mapping, got a list'],
    ['services:\n', 'image.yml:1:1 expected a list of mappings, got nothing'],
    ['onboot: [{name: a, image: b, sysctl: {1: x}}]\n', 'image.yml:1:39 expected a name as key, got 1'],
    ['init: [a]\ninit: [b]\n', 'image.yml:2:1 the key "init" is given twice, first in line 1'],
  ])('that says %j is refused', (text, expected) => {
    expect(checkImageText(text, 'image.yml').map(shown)).toEqual([expected]);
  });

  it('is read up to its second document, which is told', async () => {
    const { yaml, notices } = await openImage(texts({ 'image.yml': '\ufeffinit: [a]\r\n---\r\ninit: [b, [\r\n' }));
    expect(yaml).toEqual({ init: ['a'] });
    expect(notices).toEqual(['image.yml:2: only the first document of the file is read, as LinuxKit does']);
  });

  it('may begin a block with a blank line, where LinuxKit stumbles', async () => {
    const { yaml } = await openImage(texts({ 'image.yml': 'files:\n  - path: x\n    contents: |\n\n      text\n' }));
    expect(yaml.files?.[0]?.contents).toBe('\ntext\n');
  });

  it('may take its package templates as text, but not as images', async () => {
    const { yaml, notices } = await openImage(texts({ 'image.yml': 'files: [{path: x, contents: "@pkg:none"}, {path: y, contents: "@text"}]\n' }));
    expect(yaml.files?.map(({ contents }) => contents)).toEqual(['@pkg:none', '@text']);
    expect(notices).toEqual([expect.stringMatching(/^image\.yml:1:29: none is no LinuxKit package: .*: the text stays as it is$/)]);
    expect(await issuesOf({ 'image.yml': 'init: [a, "@pkg:none"]\n' })).toEqual(['image.yml:1:11 none is no LinuxKit package: its build.yml cannot be read']);
    expect(checkImageText('init: ["@pkg:none"]\n', 'image.yml')).toEqual([]);
  });
});

describe('several image files', () => {
  it('make one document in which each may name what another has', async () => {
    const { yaml, placeOf } = await openImage(texts({ 'base.yml': 'volumes: [{name: v}]\nkernel: {image: k, cmdline: a}\n', 'more.yml': '\nkernel: {cmdline: b}\nonboot: [{name: n, image: i, binds: ["v:/v"]}]\n' }));
    expect(yaml).toEqual({ volumes: [{ name: 'v' }], kernel: { image: 'k', cmdline: 'b' }, onboot: [{ name: 'n', image: 'i', binds: ['v:/v'] }] });
    expect([placeOf?.(['kernel', 'image']), placeOf?.(['kernel', 'cmdline']), placeOf?.(['onboot', 0, 'image'])]).toEqual(['base.yml:2:17', 'more.yml:2:19', 'more.yml:3:27']);
  });

  it('have their mistakes told with the file each stands in, a clash with both', async () => {
    expect(await issuesOf({
      'a.yml': 'services: [{name: s, image: x}]\nvolumes: [{name: v, readonly: true}]\n',
      'b.yml': 'services:\n  - {name: t, image: x, binds: ["v:/v"]}\n  - {name: s, image: x}\nvolumes:\n  - name: v\n',
    })).toEqual([
      'b.yml:3:12 a service named "s" is there already, first at a.yml:1:19',
      'b.yml:5:11 a volume named "v" is there already, first at a.yml:2:18',
    ]);
    expect(await issuesOf({ 'a.yml': 'x: 1\n', 'b.yml': 'init: 3\n', 'c.yml': 'a: [\n' })).toEqual(['a.yml:1:1 unknown key "x"', 'b.yml:1:7 expected a list of strings, got 3', expect.stringMatching(/^c\.yml:/)]);
  });
});

describe('parseYaml', () => {
  it('gives any value, and fails with the line of what is no YAML', () => {
    expect(parseYaml('{"a": [010]}')).toEqual({ a: [8] });
    expect(() => parseYaml('a: 1\nb: [\n')).toThrow(/^line \d: /);
  });
});
