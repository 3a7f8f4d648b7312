// LinuxKit's own results are the oracle: what it makes of the corpus, but for its documented quirks.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createImageBuilder } from '../../../src/image/build.ts';
import { metadataText } from '../../../src/image/linuxkit/metadata.ts';
import type { LinuxkitDocument } from '../../../src/image/linuxkit/schema.ts';
import { expandReference, mapReferences } from '../../../src/image/linuxkit/references.ts';
import { kernelFiles } from '../../../src/image/sections/kernel.ts';
import { ConfigError, UsageError } from '../../../src/model/errors.ts';
import { openImage, type ImageSource } from '../../../src/run/image-yaml.ts';
import { resolveSource } from '../../../src/source/source.ts';
import type { Record as CpioRecord } from '../archive/newc.ts';
import { archOf, createWorkplace, type Workplace } from './context.ts';
import { imageRecords } from './unpack.ts';

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
  readonly kernel: string | null;
  readonly ucode: string | null;
  readonly cmdline: string;
  readonly quirks: readonly { readonly id: string; readonly at: string; readonly want: unknown }[];
  readonly configs: Readonly<Record<string, unknown>>;
  readonly texts: Readonly<Record<string, string>>;
  readonly tree: Readonly<Record<string, Entry>>;
}

const cases = present ? (JSON.parse(read('cases.json')) as Record<string, { inputs: string[]; arches: string[] }>) : {};
const goldens = Object.entries(cases).flatMap(([name, { inputs, arches }]) => arches.map((arch) => [name, arch, inputs] as const));

/** The files of a case as one document. */
const open = (inputs: readonly string[]): Promise<ImageSource> => openImage(inputs.map((file) => ({ text: read(file), file, baseDir: corpus })));

/** The image of a reference in the corpus's layout. */
const inLayout = (ref: string): string => `oci:layout:${expandReference(ref)}`;

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

  it.each(goldens)('%s for %s: kernel, command line, configs and tree are LinuxKit\'s', async (name, arch, inputs) => {
    const golden = JSON.parse(read(`golden/${name}.${arch}.json`)) as Golden;
    const wrongArch = golden.quirks.find(({ id }) => id === 'wrong-arch');
    const source = await open(inputs);
    const yaml = mapReferences(source.yaml, inLayout);
    const request = { yaml, baseDir: corpus, arch: archOf(arch), withKernel: true, placeOf: source.placeOf };
    const signal = AbortSignal.timeout(60_000);
    const built = createImageBuilder(place.context).rootfs(request, signal);
    if (wrongArch !== undefined) {
      await expect(built).rejects.toMatchObject({ code: 'IMAGE_PLATFORM', message: expect.stringMatching(new RegExp(`^${name}\\.yml:\\d+:\\d+: oci:layout:${wrongArch.at}: `)) as string });
      await expect(createImageBuilder(place.context).rootfs(request, signal)).rejects.toBeInstanceOf(UsageError);
      return;
    }
    const image = await built;
    const all = await imageRecords(image);
    const variant = golden.quirks.some(({ id, at }) => id === 'arm-variant' && !at.startsWith('containers/'));

    // Bigints would need a parser of their own: both sides lose the same digits.
    const configs = new Map(all.filter(({ name: path }) => /^containers\/.*(config|runtime)\.json$/.test(path)).map(({ name: path, data }) => [path, JSON.parse(data.toString()) as unknown]));
    expect(Object.fromEntries(configs)).toEqual(cured(golden));

    const differences = compareTrees(golden, all, source.yaml);
    for (const { name: path, data } of all) if (variant && path.endsWith('/platform')) expect(`${path}: ${data.toString()}`).toMatch(/v7|svc/);
    expect(variant ? differences.filter((text) => !ofVariant(text)) : differences).toEqual([]);
    expect(image.cmdline.join(' ')).toBe(golden.cmdline.trim().split(/\s+/).join(' '));
    expect(source.yaml.kernel?.cmdline ?? '').toBe(golden.cmdline);

    const files = yaml.kernel?.image === undefined ? undefined : await kernelFiles(await resolveSource(yaml.kernel.image, { ...place.context, arch: archOf(arch), baseDir: corpus }, signal), yaml.kernel, place.context, signal);
    expect({ kernel: await fileSha(files?.kernel), ucode: await fileSha(files?.ucode) }).toEqual({ kernel: golden.kernel, ucode: golden.ucode });
  });

  it('writes metadata files as LinuxKit does, byte for byte', async () => {
    let files = 0;
    for (const { inputs } of Object.values(cases)) {
      const { yaml } = await open(inputs);
      for (const { path, metadata } of yaml.files ?? []) {
        if (metadata === undefined) continue;
        const [name] = Object.entries(cases).find(([, each]) => each.inputs === inputs) ?? [''];
        expect(metadataText(yaml, metadata)).toBe((JSON.parse(read(`golden/${name}.amd64.json`)) as Golden).texts[path]);
        files += 1;
      }
    }
    expect(files).toBe(4);
  });

  const invalid = present ? Object.entries(JSON.parse(read('invalid/expected.json')) as Record<string, { where: string; inputs?: string[] }>) : [];
  /** What only the images themselves tell, and the key of 2017 that is welcome. */
  const elsewhere = ['02-outputs.yml', '26-label-key.yml', '27-kernel-image.yml'];
  const openInvalid = (inputs: readonly string[]): Promise<ImageSource> => openImage(inputs.map((file) => ({ text: read(`invalid/${file}`), file, baseDir: join(corpus, 'invalid') })));

  it.each(invalid.filter(([name]) => !elsewhere.includes(name)))('%s is refused at the right place', async (name, { where, inputs = [name] }) => {
    const failure: unknown = await openInvalid(inputs).catch((error: unknown) => error);
    if (!(failure instanceof ConfigError)) throw new Error('it was accepted');
    const places = failure.issues.map(({ path = '', message }) => path.replace(/\[(\d+)\]/g, '.$1').replace(/\["?([^"\]]*)"?\]/g, '.$1') || (/^the key "(.*)" is given twice/.exec(message)?.[1] ?? ''));
    // Ours counts within the file, the corpus over all files.
    expect(places).toContain(inputs.length > 1 ? where.replace('.1.', '.0.') : where);
    for (const { file, line, column, frame } of failure.issues) expect({ file: inputs.includes(file), line: (line ?? 0) > 0, column: (column ?? 0) > 0, frame: (frame ?? '') !== '' }).toEqual({ file: true, line: true, column: true, frame: true });
  });

  it('names both files where a service stands in two of them', async () => {
    await expect(openInvalid(['29-base.yml', '29-duplicate-across.yml'])).rejects.toMatchObject({ issues: [{ file: '29-duplicate-across.yml', message: expect.stringMatching(/is there already, first at 29-base\.yml:\d+:\d+$/) as string }] });
  });

  it.each([
    ['26-label-key.yml', 'IMAGE_LABEL_INVALID', ['services', 0, 'image'], /: services \S+ \(oci:layout:docker\.io\/kt\/bad-\S+\): the label org\.mobyproject\.config of the image is wrong: .*"?\w+"?/],
    ['27-kernel-image.yml', 'IMAGE_KERNEL_MISSING', ['kernel', 'image'], /: kernel\.image oci:layout:\S+: the image does not hold a kernel: it has no file kernel at its root$/],
  ])('%s is refused with %s at its line when its image is read', async (name, code, path, message) => {
    const { yaml, placeOf } = await openInvalid([name]);
    const doc = mapReferences(yaml, inLayout);
    const signal = AbortSignal.timeout(60_000);
    const work = async (): Promise<unknown> => {
      if (doc.kernel?.image !== undefined) await kernelFiles(await resolveSource(doc.kernel.image, { ...place.context, arch: archOf('amd64'), baseDir: corpus }, signal), doc.kernel, { ...place.context, place: placeOf?.(['kernel', 'image']) }, signal);
      return createImageBuilder(place.context).rootfs({ yaml: doc, baseDir: corpus, arch: archOf('amd64'), placeOf }, signal);
    };
    await expect(work()).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    await expect(work()).rejects.toThrow(placeOf?.(path) ?? 'no place');
    expect(placeOf?.(path)).toMatch(/^\d\d-[\w-]+\.yml:\d+:\d+$/);
  });

  it('has a row in docs/linuxkit.md for every quirk', () => {
    const quirks = new Set(goldens.flatMap(([name, arch]) => (JSON.parse(read(`golden/${name}.${arch}.json`)) as Golden).quirks.map(({ id }) => id)));
    const documented = readFileSync(join(import.meta.dirname, '../../../docs/linuxkit.md'), 'utf8');
    expect([...quirks].filter((id) => !documented.includes(`\`${id}\``))).toEqual([]);
    expect(quirks.size).toBeGreaterThan(15);
  });

  it('accepts the outputs of 2017', async () => {
    const { yaml } = await openInvalid(['02-outputs.yml']);
    expect(yaml.outputs).toEqual([{ format: 'kernel+initrd' }]);
  });
});

const fileSha = async (path: string | undefined): Promise<string | null> => (path === undefined ? null : sha256(await readFile(path)));

/** Files of an image that LinuxKit takes for another variant of the architecture. */
const ofVariant = (difference: string): boolean => /^content of containers\/\S+\/platform$/.test(difference);

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
    // The corpus wants bytes; the runtime-spec has text there, and runc refuses a number.
    node[last] = last === 'hugepageLimits' ? [{ pageSize: '2MB', limit: 4194304 }] : want;
  }
  return configs;
}

/** Differences between the tree LinuxKit makes and ours; quirks are expected as `want`. */
function compareTrees(golden: Golden, ours: readonly CpioRecord[], doc: LinuxkitDocument): readonly string[] {
  const differences: string[] = [];
  const content = new Map(ours.filter(({ data }) => data.length > 0).map(({ ino, data }) => [ino, sha256(data)]));
  const got = new Map(ours.filter(({ name }) => name !== 'TRAILER!!!').map((record) => [record.name, record]));
  const expected = new Map<string, Entry>(Object.entries(golden.tree));
  const seen = new Set<string>();
  for (const { id, at, want } of golden.quirks) {
    const file = id === 'at-scalar' ? doc.files?.[Number(/files\.(\d+)\./.exec(at)?.[1])] : undefined;
    if (file !== undefined) expected.set(file.path, { ...expected.get(file.path), type: 'file', sha256: sha256(Buffer.from(String(want))) });
    // Of two wishes for one place the first holds: with both bugs cured /etc keeps the mode its image gave it.
    if (at.includes('#') || at.includes(' ') || at.startsWith('docker.io') || seen.has(at)) continue;
    seen.add(at);
    const text = typeof want === 'string' ? want : '';
    const owner = /^(\d{4}) (\d+):(\d+)$/.exec(text);
    const removed = at.replace(/\/$/, '');
    if (want === null) for (const name of [...expected.keys()].filter((path) => path === removed || path.startsWith(`${removed}/`))) expected.delete(name);
    else if (owner !== null) expected.set(at, { ...(expected.get(at) ?? { type: 'dir' }), mode: owner[1] ?? '', uid: Number(owner[2]), gid: Number(owner[3]) });
    else if (want === 1) differences.push(...(ours.filter(({ name }) => name === at).length === 1 ? [] : [`${at} is there more than once`]));
    else if (want === 'file' || id === 'oci-missing-blob') expected.set(at, { type: 'file' });
    else expected.set(at, { type: 'file', sha256: text });
  }
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
  for (const name of got.keys()) if (!hasParentQuirk(golden, name)) differences.push(`unexpected ${name}`);
  return differences;
}

/** Parents of entries that LinuxKit loses. */
const hasParentQuirk = (golden: Golden, name: string): boolean => golden.quirks.some(({ at }) => at.startsWith(`${name}/`));
const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
