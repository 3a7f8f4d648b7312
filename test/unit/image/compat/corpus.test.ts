// LinuxKit's own results are the oracle, with all their faults: each entry of its tar output and each byte of its initrd.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMembers, type Member } from '../../../../src/archive/members.ts';
import type { CompatSystem } from '../../../../src/image/compat/build.ts';
import { archOf, createWorkplace, type Workplace } from '../context.ts';
import { buildFrom, corpus, documentOfInputs, never } from './context.ts';

const present = existsSync(join(corpus, 'cases.json'));
const read = (path: string): string => readFileSync(join(corpus, path), 'utf8');

interface TarEntry {
  readonly name: string;
  readonly type: string;
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly size: number;
  readonly sha256?: string;
  readonly linkname?: string;
  readonly devmajor?: number;
  readonly devminor?: number;
  readonly pax?: Readonly<Record<string, string>>;
  readonly src: number;
}
interface Golden {
  readonly kernel: string | null;
  readonly ucode: string | null;
  readonly cmdline: string;
  readonly initrd: { readonly records: number; readonly uncompressedSize: number; readonly uncompressedSha256: string };
  readonly configs: Readonly<Record<string, unknown>>;
  readonly texts: Readonly<Record<string, string>>;
  readonly sources: readonly { readonly source: string; readonly location: string }[];
  readonly tar: readonly TarEntry[];
}

const goldens = present
  ? Object.entries(JSON.parse(read('cases.json')) as Record<string, { inputs: string[]; arches: string[] }>).flatMap(([name, { inputs, arches }]) => arches.map((arch) => [name, arch, inputs] as const))
  : [];

describe.skipIf(!present)('the LinuxKit corpus, to the byte', () => {
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

  it('has cases', () => {
    expect(goldens.length).toBeGreaterThan(30);
  });

  it.each(goldens)('%s for %s: tar, initrd, kernel, microcode, command line and texts are LinuxKit\'s', async (name, arch, inputs) => {
    const golden = JSON.parse(read(`golden/${name}.${arch}.json`)) as Golden;
    const system = await buildFrom(place, documentOfInputs(inputs.map(read)), archOf(arch));

    const path = join(place.folder, `${name}.${arch}.tar`);
    await pipeline(Readable.from(system.tar(never)), createWriteStream(path));
    const members = await readMembers({ path });
    expect(await Promise.all(members.map((member) => asGolden(member, golden)))).toEqual(golden.tar);

    expect(await digestOf(system.cpio(never))).toEqual({ bytes: golden.initrd.uncompressedSize, sha256: golden.initrd.uncompressedSha256 });
    const records = system.entries.filter(({ name: entry }) => !entry.startsWith('boot/')).length + 1;
    expect(records).toBe(golden.initrd.records);

    expect(system.cmdline).toBe(golden.cmdline);
    expect(await entryDigest(system, system.kernel)).toBe(golden.kernel);
    expect(await entryDigest(system, system.ucode)).toBe(golden.ucode);
    const text = async (at: string): Promise<string> => {
      const entry = system.entries.findLast((found) => found.name === Buffer.from(at).toString('latin1'));
      return entry === undefined ? `${at} is not there` : (await gather(system.read(entry, never))).toString();
    };
    for (const at of Object.keys(golden.texts)) expect(await text(at), at).toBe(golden.texts[at]);
    // Integers beyond 2^53 lose the same digits on both sides; the sizes and digests above cover them.
    for (const at of Object.keys(golden.configs)) expect(JSON.parse(await text(at)), at).toEqual(golden.configs[at]);
  });
});

async function asGolden(member: Member, { sources }: Golden): Promise<unknown> {
  const { name, type, mode, uid, gid, mtime, target, device, content } = member;
  const { 'LINUXKIT.source': source = '', 'LINUXKIT.location': location = '', ...pax } = member.pax;
  const origin = sources.findIndex((known) => known.source === source && known.location === location);
  const isDevice = type === 'char' || type === 'block';
  const others = Object.entries(mtime.nanoseconds > 0 ? { ...pax, mtime: `${mtime.seconds}.${String(mtime.nanoseconds).padStart(9, '0').replace(/0+$/, '')}` } : pax);
  return {
    name: utf8(name), type: type === 'directory' ? 'dir' : type, mode: mode.toString(8).padStart(4, '0'), uid, gid, mtime: mtime.seconds, size: content?.size ?? 0,
    ...(type === 'file' ? { sha256: await sliceDigest(content) } : {}),
    ...(type === 'symlink' || type === 'hardlink' ? { linkname: utf8(target) } : {}),
    ...(isDevice ? { devmajor: device.major, devminor: device.minor } : {}),
    ...(others.length === 0 ? {} : { pax: Object.fromEntries(others.map(([key, value]) => [key, /^[\x20-\x7e]*$/.test(value) ? value : `hex:${Buffer.from(value, 'latin1').toString('hex')}`])) }),
    src: origin,
  };
}

const utf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString();

async function sliceDigest(content: Member['content']): Promise<string> {
  if (content === undefined) return createHash('sha256').digest('hex');
  return (await digestOf(createReadStream(content.path, { start: content.offset, end: content.offset + content.size - 1 }))).sha256;
}

async function entryDigest(system: CompatSystem, entry: CompatSystem['kernel']): Promise<string | null> {
  return entry === undefined ? null : (await digestOf(system.read(entry, never))).sha256;
}

async function digestOf(chunks: AsyncIterable<Uint8Array>): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    hash.update(chunk);
  }
  return { bytes, sha256: hash.digest('hex') };
}

async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
