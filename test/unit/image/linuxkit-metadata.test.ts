import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readYaml } from '../../../src/config/yaml.ts';
import { goYaml, type YamlValue } from '../../../src/image/linuxkit/go-yaml.ts';
import { compareKeys } from '../../../src/image/linuxkit/go-yaml-scalars.ts';
import { metadataText } from '../../../src/image/linuxkit/metadata.ts';
import { documentOf } from './context.ts';

const back = (text: string): unknown => readYaml(text, 'f.yml', z.unknown(), { dialect: 'linuxkit' }).raw;

describe('goYaml', () => {
  it.each<[string, string]>([
    ['plain', 'plain'], ['two words', 'two words'], ['a:b', 'a:b'], ['~/.ssh/id', '~/.ssh/id'], ['non-ASCII ✓', 'non-ASCII ✓'], ['http://x:5000/y', 'http://x:5000/y'], ['a#b', 'a#b'],
    ['', '""'], ['yes', '"yes"'], ['n', '"n"'], ['null', '"null"'], ['~', '"~"'], ['0644', '"0644"'], ['1_000', '"1_000"'], ['0x1F', '"0x1F"'], ['1e3', '"1e3"'], ['.5', '".5"'], ['12:30', '"12:30"'], ['2024-01-02', '"2024-01-02"'], ['-', "'-'"],
    ['#!', "'#!'"], ['a: b', "'a: b'"], ['a #b', "'a #b'"], ["it's", "it's"], ["'quoted'", "'''quoted'''"], [' edge', "' edge'"], ['edge ', "'edge '"], ['@x', "'@x'"], ['[x', "'[x'"], ['--- x', "'--- x'"], ['key:', "'key:'"],
    ['tab\there', '"tab\\there"'], ['bell\u0007', '"bell\\a"'], ['😀', '"\\U0001F600"'], ['\ufeffx', '"\\uFEFFx"'], ['a \nb', '"a \\nb"'],
    ['one\ntwo', '|-\n  one\n  two'], ['one\n', '|\n  one'], ['one\n\n', '|+\n  one\n'], ['\none', '|2-\n\n  one'], [' one\n', '|2\n   one'],
  ])('writes %j as yaml.v2 does', (text, expected) => {
    expect(goYaml({ k: text })).toBe(`k: ${expected}\n`);
  });

  it('folds behind column 80, two blanks deeper than the key', () => {
    const words = Array.from({ length: 30 }, (_, index) => `word${index}`).join(' ');
    const lines = goYaml({ kernel: { cmdline: words } }).split('\n');
    expect(lines[1]).toBe('  cmdline: word0 word1 word2 word3 word4 word5 word6 word7 word8 word9 word10 word11');
    expect(lines[2]).toMatch(/^ {4}word12 /);
  });

  it('writes lists at the column of their key, and what is empty on one line', () => {
    expect(goYaml({ a: [{ b: 1, c: ['x', true] }, [], {}], d: null, e: undefined })).toBe('a:\n- b: 1\n  c:\n  - x\n  - true\n- []\n- {}\nd: null\n');
  });

  it('says what it was given to who reads it', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 120 }), fc.array(fc.constantFrom('a', 'word', ' ', '  ', '\n', '#', ': ', '- ', '\'', '"', '\\', '\t', '0', 'é', '\u2028', '…'), { maxLength: 60 }).map((parts) => parts.join('')));
    const value: fc.Arbitrary<YamlValue> = fc.letrec<{ value: YamlValue }>((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(fc.stringMatching(/^[a-z.]{1,8}$/), tie('value'), { maxKeys: 4 })),
    })).value;
    fc.assert(fc.property(value, (inner) => {
      // What is no UTF-8 cannot stand in a file.
      fc.pre(!/[\ufffd\ud800-\udfff]/u.test(JSON.stringify(inner)));
      expect(back(goYaml({ inner }))).toEqual({ inner });
    }), { numRuns: 400 });
  });
});

describe('compareKeys', () => {
  it('orders digits by value and letters last', () => {
    expect(['b', 'a10', 'a9', '_x', '10', '9', 'a', 'net.ipv4', 'net.core'].sort(compareKeys)).toEqual(['_x', '9', '10', 'a', 'a9', 'a10', 'b', 'net.core', 'net.ipv4']);
  });
});

describe('metadataText', () => {
  const doc = documentOf(`
kernel: {image: "linuxkit/kernel:6.12", tar: none, ucode: ""}
init: [alpine, "dir:./x"]
services:
  - name: all
    image: alpine
    mounts: [{destination: /d, type: bind, uidmappings: [{hostID: 5, containerID: 6, size: 7}]}]
    devices: [{path: all, type: b}]
    readonly: false
    sysctl: {net.b: "2", net.a: "1"}
    resources: {pids: {limit: 3}, cpu: {shares: 2}, network: {priorities: [{name: eth0, priority: 1}]}}
    runtime: {mkdir: [/x], interfaces: [{name: e}]}
volumes: [{name: v, image: alpine, format: oci, platforms: [linux/amd64]}]
`);

  it('names types of the runtime-spec in lower case, with every field, in YAML', () => {
    expect(metadataText(doc, 'yaml')).toBe(`kernel:
  image: docker.io/linuxkit/kernel:6.12
  tar: none
  ucode: ""
init:
- docker.io/library/alpine
- dir:./x
onboot: []
onshutdown: []
services:
- name: all
  image: docker.io/library/alpine
  mounts:
  - destination: /d
    type: bind
    source: ""
    options: []
    uidmappings:
    - containerid: 6
      hostid: 5
      size: 7
    gidmappings: []
  devices:
  - path: all
    type: b
    major: 0
    minor: 0
  readonly: false
  resources:
    devices: []
    memory: null
    cpu:
      shares: 2
      quota: null
      burst: null
      period: null
      realtimeruntime: null
      realtimeperiod: null
      cpus: ""
      mems: ""
      idle: null
    pids:
      limit: 3
    blockio: null
    hugepagelimits: []
    network:
      classid: null
      priorities:
      - name: eth0
        priority: 1
    rdma: {}
    unified: {}
  sysctl:
    net.a: "1"
    net.b: "2"
  runtime:
    mkdir:
    - /x
    interfaces:
    - name: e
      createInRoot: false
files: []
volumes:
- name: v
  image: alpine
  format: oci
  platforms:
  - linux/amd64
`);
  });

  it('orders maps as Go does, numbers among them too', () => {
    const numbers = documentOf('onboot: [{name: a, image: i, annotations: {"10": x, a: y, "9": z}}]');
    expect(metadataText(numbers, 'json')).toMatch(/"10": "x",\s+"9": "z",\s+"a": "y"/);
    expect(metadataText(numbers, 'yaml')).toContain('    "9": z\n    "10": x\n    a: "y"\n');
  });

  it('leaves out in JSON what is empty, but for bindNS', () => {
    expect(JSON.parse(metadataText(doc, 'json'))).toEqual({
      kernel: { image: 'docker.io/linuxkit/kernel:6.12', tar: 'none', ucode: '' },
      init: ['docker.io/library/alpine', 'dir:./x'],
      onboot: null,
      onshutdown: null,
      services: [{
        name: 'all', image: 'docker.io/library/alpine',
        mounts: [{ destination: '/d', type: 'bind', uidMappings: [{ containerID: 6, hostID: 5, size: 7 }] }],
        devices: [{ path: 'all', type: 'b', major: 0, minor: 0 }],
        readonly: false,
        resources: { cpu: { shares: 2 }, pids: { limit: 3 }, network: { priorities: [{ name: 'eth0', priority: 1 }] } },
        sysctl: { 'net.a': '1', 'net.b': '2' },
        runtime: { mkdir: ['/x'], interfaces: [{ name: 'e', createInRoot: false }], bindNS: {} },
      }],
      files: null,
      volumes: [{ name: 'v', image: 'alpine', format: 'oci', platforms: ['linux/amd64'] }],
    });
  });
});
