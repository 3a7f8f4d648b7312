// LinuxKit's own results are the oracle: what it makes of the corpus, but for its documented quirks.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createImageBuilder } from '../../../src/image/build.ts';
import { checkLinuxkit } from '../../../src/image/linuxkit/checks.ts';
import { LinuxkitSchema, sections, type LinuxkitDocument } from '../../../src/image/linuxkit/schema.ts';
import { readYaml } from '../../../src/config/yaml.ts';
import { expandName } from '../../../src/oci/reference.ts';
import { records } from '../archive/newc.ts';
import { archOf, createWorkplace, documentOf, type Workplace } from './context.ts';

const corpus = join(import.meta.dirname, '../../../../shared/corpus/linuxkit');
const present = existsSync(join(corpus, 'cases.json'));
const read = (path: string): string => readFileSync(join(corpus, path), 'utf8');

interface Entry {
  readonly type: string;
  readonly mode?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly target?: string;
  readonly sha256?: string;
}
interface Golden {
  readonly cmdline: string;
  readonly quirks: readonly { readonly id: string; readonly at: string; readonly want: unknown }[];
  readonly configs: Readonly<Record<string, unknown>>;
  readonly tree: Readonly<Record<string, Entry>>;
  readonly tar: readonly { readonly name: string; readonly src: number }[];
  readonly sources: readonly { readonly location: string }[];
}

/** Two inputs, whole layouts as volumes, and numbers spelled as in YAML 1.1 come with later issues. */
const later = ['10-merge', '06-volumes', '16-yaml-forms'];
const goldens = present
  ? Object.entries(JSON.parse(read('cases.json')) as Record<string, { inputs: string[]; arches: string[] }>).flatMap(([name, { inputs, arches }]) =>
      later.includes(name) ? [] : arches.map((arch) => [name, arch, inputs[0] ?? ''] as const))
  : [];

/** The same document with every image taken from the corpus's layout. */
function fromLayout(doc: LinuxkitDocument): LinuxkitDocument {
  const image = (ref: string): string => `oci:layout:${expandName(ref)}`;
  const containers = Object.fromEntries(sections.flatMap((name) => (doc[name] === undefined ? [] : [[name, doc[name].map((container) => ({ ...container, image: image(container.image) }))]])));
  return { ...doc, ...containers, ...(doc.init === undefined ? {} : { init: doc.init.map(image) }) };
}

describe.skipIf(!present)('the LinuxKit corpus', () => {
  let place: Workplace;
  const home = process.env['HOME'];
  beforeAll(async () => {
    place = await createWorkplace();
    process.env['HOME'] = join(corpus, 'home');
  });
  afterAll(async () => {
    process.env['HOME'] = home;
    await place[Symbol.asyncDispose]();
  });

  it.each(goldens)('%s for %s: command line, configs and tree are LinuxKit\'s', async (name, arch, input) => {
    const golden = JSON.parse(read(`golden/${name}.${arch}.json`)) as Golden;
    const wrongArch = golden.quirks.find(({ id }) => id === 'wrong-arch');
    // LinuxKit reads the first of several documents; the configuration stage refuses the others.
    const [text = ''] = read(input).split(/^---$/m);
    const doc = fromLayout(documentOf(text));
    const built = createImageBuilder(place.context).rootfs({ yaml: doc, baseDir: corpus, arch: archOf(arch) }, AbortSignal.timeout(60_000));
    if (wrongArch !== undefined) {
      await expect(built).rejects.toMatchObject({ code: 'IMAGE_PLATFORM', message: expect.stringContaining(`oci:layout:${wrongArch.at}: `) as string });
      return;
    }
    const image = await built;
    const all = records(await readFile(image.segments[0]?.path ?? ''));
    const variant = golden.quirks.some(({ id }) => id === 'arm-variant');

    // Bigints would need a parser of their own: both sides lose the same digits.
    const configs = new Map(all.filter(({ name: path }) => /^containers\/.*(config|runtime)\.json$/.test(path)).map(({ name: path, data }) => [path, JSON.parse(data.toString()) as unknown]));
    expect(Object.fromEntries(configs)).toEqual(cured(golden));

    expect(variant ? undefined : compareTrees(golden, all)).toEqual(variant ? undefined : []);
    expect(image.cmdline.join(' ')).toBe(golden.cmdline.trim().split(/\s+/).join(' '));
  });

  const invalid = present ? Object.entries(JSON.parse(read('invalid/expected.json')) as Record<string, { where: string; inputs?: string[] }>) : [];
  // What only the YAML parser or the images themselves tell, what two files make together, and the key of 2017 that is welcome.
  const elsewhere = ['02-outputs.yml', '26-label-key.yml', '27-kernel-image.yml', '28-duplicate-key.yml', '29-duplicate-across.yml'];
  it.each(invalid.filter(([name]) => !elsewhere.includes(name)))('%s is refused at the right place', (name, { where }) => {
    const { value, issues } = readYaml(read(`invalid/${name}`), name, LinuxkitSchema);
    const places = [...issues.map(({ path }) => path ?? ''), ...(value === undefined ? [] : checkLinuxkit(value).map(({ path }) => path.join('.')))];
    expect(places.map((path) => path.replace(/\[(\d+)\]/g, '.$1').replace(/\["?([^"\]]*)"?\]/g, '.$1'))).toContain(where);
  });

  it('refuses a label with an unknown key', async () => {
    const doc = fromLayout(documentOf(read('invalid/26-label-key.yml')));
    await expect(createImageBuilder(place.context).rootfs({ yaml: doc, baseDir: corpus, arch: archOf('amd64') }, AbortSignal.timeout(60_000))).rejects.toMatchObject({ code: 'IMAGE_LABEL_INVALID' });
  });
});

/** The golden's configs with LinuxKit's bugs cured. */
function cured(golden: Golden): unknown {
  const configs = structuredClone(golden.configs) as Record<string, unknown>;
  for (const { at, want } of golden.quirks) {
    const [file = '', pointer] = at.split('#');
    if (pointer === undefined || configs[file] === undefined) continue;
    const keys = pointer.split('/').slice(1);
    const last = keys.pop() ?? '';
    let node = configs[file] as Record<string, unknown>;
    for (const key of keys) node = (node[key] ??= {}) as Record<string, unknown>;
    node[last] = want;
  }
  return configs;
}

/** Differences between the tree LinuxKit makes and ours; quirks are expected as `want`. */
function compareTrees(golden: Golden, ours: ReturnType<typeof records>): readonly string[] {
  const kernelOnly = new Set(golden.tar.map(({ name }) => clean(name)));
  for (const { name, src } of golden.tar) if (golden.sources[src]?.location !== 'kernel') kernelOnly.delete(clean(name));
  // Kernels from images come with a later issue.
  kernelOnly.add('boot');
  const content = new Map(ours.filter(({ data }) => data.length > 0).map(({ ino, data }) => [ino, sha256(data)]));
  const got = new Map(ours.filter(({ name }) => name !== 'TRAILER!!!' && name !== '.').map((record) => [record.name, record]));
  const expected = new Map<string, Entry>(Object.entries(golden.tree).filter(([name]) => name !== '.' && !kernelOnly.has(name)));
  const seen = new Set<string>();
  for (const { at, want } of golden.quirks) {
    // Of two wishes for one place the first holds: with both bugs cured /etc keeps the mode its image gave it.
    if (at.includes('#') || at.includes(' ') || at.startsWith('docker.io') || kernelOnly.has(at) || seen.has(at)) continue;
    seen.add(at);
    const text = typeof want === 'string' ? want : '';
    const owner = /^(\d{4}) (\d+):(\d+)$/.exec(text);
    if (want === null) for (const name of [...expected.keys()].filter((path) => path === at || path.startsWith(`${at}/`))) expected.delete(name);
    else if (owner !== null) expected.set(at, { ...(expected.get(at) ?? { type: 'dir' }), mode: owner[1] ?? '', uid: Number(owner[2]), gid: Number(owner[3]) });
    else if (want === 'file') expected.set(at, { type: 'file' });
    else expected.set(at, { type: 'file', sha256: text });
  }
  const differences: string[] = [];
  for (const [name, entry] of expected) {
    const record = got.get(name);
    got.delete(name);
    if (record === undefined) {
      differences.push(`missing ${name}`);
      continue;
    }
    const type = { 0o4: 'dir', 0o10: 'file', 0o12: 'symlink', 0o2: 'char', 0o6: 'block', 0o1: 'fifo' }[record.mode >> 12] ?? '?';
    const sha = content.get(record.ino) ?? sha256(Buffer.alloc(0));
    // LinuxKit turns hard links into symbolic ones.
    if (entry.type === 'symlink' && type === 'file' && record.nlink > 1) {
      const target = expected.get(posix.join(dirname(name), entry.target ?? ''));
      if (target?.sha256 !== undefined && target.sha256 !== sha) differences.push(`content of the link ${name}`);
      continue;
    }
    if (type !== entry.type) differences.push(`${name} is ${type}, not ${entry.type}`);
    if (entry.target !== undefined && record.data.toString() !== entry.target) differences.push(`${name} leads to ${record.data.toString()}`);
    if (entry.sha256 !== undefined && entry.sha256 !== sha && !name.endsWith('.json') && !/^etc\/linuxkit\.|^lib\/apk\/db\/installed$/.test(name)) differences.push(`content of ${name}`);
    if (entry.mode !== undefined && type !== 'symlink' && (record.mode & 0o7777).toString(8).padStart(4, '0') !== entry.mode) differences.push(`${name} has mode ${(record.mode & 0o7777).toString(8)}, not ${entry.mode}`);
    if (entry.uid !== undefined && `${record.uid}:${record.gid}` !== `${entry.uid}:${entry.gid ?? 0}`) differences.push(`${name} belongs to ${record.uid}:${record.gid}, not ${entry.uid}:${entry.gid ?? 0}`);
  }
  got.delete('boot');
  for (const name of got.keys()) if (!hasParentQuirk(golden, name)) differences.push(`unexpected ${name}`);
  return differences;
}

/** Parents of entries that LinuxKit loses. */
const hasParentQuirk = (golden: Golden, name: string): boolean => golden.quirks.some(({ at }) => at.startsWith(`${name}/`));
const clean = (name: string): string => name.replace(/^\.\//, '').replace(/\/$/, '');
const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
