// Random images of several layers that are valid: links name what is there, folders are stated before what is in them.
// Left out is what umoci 0.4.7 documents or does differently: a whiteout behind an entry of its own layer and name
// removes it there (here, and in the image-spec, it hides lower layers only), so whiteouts come first in a layer.
import { posix } from 'node:path';
import fc from 'fast-check';
import type { RawEntry } from '../archive/raw-tar.ts';

const names = ['a', 'b', 'c', 'bin', 'x.y', 'new\nline', 'ключ', '-rf', 'stray\xff', `long${'n'.repeat(130)}`].map((name) => (name.startsWith('stray') ? Buffer.from(name, 'latin1') : Buffer.from(name)));

/** What there is after the steps so far: the value of a path is its kind, of a link to a folder where it leads. */
type Present = Map<string, 'file' | 'folder' | 'symlink' | { readonly folder: string }>;

interface Step {
  readonly action: 'file' | 'folder' | 'symlink' | 'hardlink' | 'fifo' | 'whiteout' | 'opaque';
  readonly folder: number;
  readonly name: number;
  readonly other: number;
  readonly mode: number;
  readonly content: string;
}

const step: fc.Arbitrary<Step> = fc.record({
  action: fc.oneof(
    ...(['file', 'folder', 'symlink', 'hardlink', 'whiteout', 'file', 'folder', 'opaque', 'fifo'] as const).map((action) => fc.constant(action)),
  ),
  folder: fc.nat(1000),
  name: fc.nat(names.length - 1),
  other: fc.nat(1000),
  mode: fc.constantFrom(0o644, 0o755, 0o600, 0o4755, 0o1777, 0o700),
  content: fc.string({ maxLength: 12 }),
});

/** Layers, the lowest first. */
export const randomLayers: fc.Arbitrary<readonly (readonly RawEntry[])[]> = fc.array(fc.array(step, { minLength: 1, maxLength: 14 }), { minLength: 1, maxLength: 4 }).map((layers) => {
  const present: Present = new Map();
  return layers.map((steps) => layerOf(steps, present));
});

function layerOf(steps: readonly Step[], present: Present): RawEntry[] {
  const lower = new Map(present);
  const whiteouts: (RawEntry & { readonly name: Buffer })[] = [];
  const markers: string[] = [];
  const entries: RawEntry[] = [];
  for (const { action, folder, name: index } of steps) {
    const parent = pick(parentsOf(lower), folder).real;
    const name = names[index] ?? Buffer.from('a');
    // What a layer hides it does not state below the same name, but for what comes after with its folders.
    const hidden = action === 'whiteout' ? join(parent, name) : parent;
    if (whiteouts.some((other) => other.name.toString('latin1').startsWith(`${hidden}/`))) continue;
    if (action === 'whiteout' && lower.has(join(parent, name))) {
      whiteouts.push(entry(join(parent, Buffer.concat([Buffer.from('.wh.'), name])), {}));
      drop(present, join(parent, name));
      drop(lower, join(parent, name));
    } else if (action === 'opaque' && parent !== '') {
      whiteouts.push(entry(parent, { kind: '5' }));
      markers.push(parent);
      for (const path of [...present.keys()]) if (path.startsWith(`${parent}/`)) present.delete(path);
      for (const path of [...lower.keys()]) if (path.startsWith(`${parent}/`)) lower.delete(path);
    }
  }
  for (const { action, folder, name: index, other, mode, content } of steps) {
    if (action === 'whiteout' || action === 'opaque') continue;
    const name = names[index] ?? Buffer.from('a');
    const parent = pick(parentsOf(present), folder);
    const path = join(parent.real, name);
    const written = join(parent.written, name);
    const existing = present.get(path);
    if (action === 'hardlink') {
      const target = pick<string | undefined>([...present].filter(([, kind]) => kind === 'file').map(([at]) => at), other);
      if (target === undefined || target === path || target.startsWith(`${path}/`)) continue;
      drop(present, path);
      present.set(path, 'file');
      entries.push(entry(written, { kind: '1', target: bytes(target) }));
      continue;
    }
    if (action === 'folder') {
      if (existing !== 'folder') drop(present, path);
      present.set(path, 'folder');
      entries.push(entry(written, { kind: '5', mode: mode | 0o700 }));
      continue;
    }
    drop(present, path);
    if (action === 'symlink') {
      const target = ['a', '../b', '/bin', 'nowhere', '../../../..', '/a/b', 'c'][other % 7] ?? 'a';
      const leads = target.startsWith('/') ? target.slice(1) : posix.join('/', posix.dirname(path), target).slice(1);
      present.set(path, present.get(leads) === 'folder' ? { folder: leads } : 'symlink');
      entries.push(entry(written, { kind: '2', target, mode: 0o777 }));
      continue;
    }
    present.set(path, 'file');
    entries.push(action === 'fifo' ? entry(written, { kind: '6', mode }) : entry(written, { content, mode }));
  }
  // A marker counts wherever it stands in its layer.
  const [early, late] = [markers.filter((parent) => parent.length % 2 === 0 || present.get(parent) !== 'folder'), markers.filter((parent) => parent.length % 2 === 1 && present.get(parent) === 'folder')];
  const marks = (parents: readonly string[]): RawEntry[] => parents.map((parent) => entry(join(parent, Buffer.from('.wh..wh..opq')), {}));
  return [...whiteouts, ...marks(early), ...entries, ...marks(late)];
}

/** Paths are latin1 strings here: one character for each byte. */
const join = (parent: string, name: Buffer): string => (parent === '' ? '' : `${parent}/`) + name.toString('latin1');
const bytes = (path: string): Buffer => Buffer.from(path, 'latin1');
const pick = <T>(from: readonly T[], index: number): T => from[index % from.length] as T;

/** Folders an entry may be put into, also by the name of a link to them. */
function parentsOf(present: Present): { readonly written: string; readonly real: string }[] {
  const found = [{ written: '', real: '' }];
  for (const [path, kind] of present) {
    if (kind === 'folder') found.push({ written: path, real: path });
    else if (typeof kind === 'object' && present.get(kind.folder) === 'folder') found.push({ written: path, real: kind.folder });
  }
  return found;
}

function drop(present: Present, path: string): void {
  for (const key of [...present.keys()]) if (key === path || key.startsWith(`${path}/`)) present.delete(key);
}

/** Long names and links go into a PAX header, as Go writes them. */
function entry(path: string, rest: Omit<RawEntry, 'name'>): RawEntry & { readonly name: Buffer } {
  const name = bytes(path);
  const target = Buffer.from(rest.target ?? '');
  const pax = { ...(name.length > 100 ? { path: name } : {}), ...(target.length > 100 ? { linkpath: target } : {}) };
  return { ...rest, name, ...(Object.keys(pax).length === 0 ? {} : { pax }) };
}
