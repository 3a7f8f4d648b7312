// What a schema cannot say of LinuxKit YAML: names that must differ or exist, texts with a form of their own.
// Every mistake is found at once, each with the path of its key, so that the caller can show the place in the file.
import { wrongCapability } from '../../oci/capabilities.ts';
import { completeMount, isProblem, parseBind, parseTmpfs } from '../../oci/mounts.ts';
import type { ContainerOptions } from '../../oci/options.ts';
import { parseReference } from '../../oci/reference.ts';
import { parseMode } from '../../oci/resources.ts';
import { parseRlimit } from '../../oci/rlimits.ts';
import { closest } from '../../model/suggest.ts';
import { sections, type Container, type FileEntry, type LinuxkitDocument, type Volume } from './schema.ts';

export interface DocumentIssue {
  /** Keys and list indexes from the top of the document. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly hint?: string;
  /** The other place that belongs to the mistake: what had the name before. */
  readonly first?: readonly (string | number)[];
}

/** Everything that is wrong with a document the schema accepts. `isTemplate` knows references that are filled in later. */
export function checkLinuxkit(doc: LinuxkitDocument, isTemplate: (reference: string) => boolean = () => false): readonly DocumentIssue[] {
  const reference = (text: string, path: Path): readonly DocumentIssue[] => (isTemplate(text) ? [] : checkReference(text, path));
  const names = sections.flatMap((section) => (doc[section] ?? []).map(({ name }) => name));
  const volumes = new Map((doc.volumes ?? []).map((volume) => [volume.name, volume]));
  return [
    ...(doc.init ?? []).flatMap((ref, at) => reference(ref, ['init', at])),
    ...(doc.kernel?.image === undefined ? [] : reference(doc.kernel.image, ['kernel', 'image'])),
    ...sections.flatMap((section) => (doc[section] ?? []).flatMap((container, at) => [...reference(container.image, [section, at, 'image']), ...checkContainer(container, [section, at], names, volumes)])),
    ...duplicates((doc.services ?? []).map(({ name }) => name), 'services', 'service'),
    ...(doc.volumes ?? []).flatMap((volume, at) => [...checkVolume(volume, ['volumes', at]), ...(volume.image === undefined ? [] : reference(volume.image, ['volumes', at, 'image']))]),
    ...duplicates((doc.volumes ?? []).map(({ name }) => name), 'volumes', 'volume'),
    ...(doc.files ?? []).flatMap((file, at) => checkFile(file, ['files', at], names)),
  ];
}

type Path = readonly (string | number)[];

function checkContainer(container: Container, path: Path, names: readonly string[], volumes: ReadonlyMap<string, Volume>): readonly DocumentIssue[] {
  const { name, ...options } = container;
  const bad = name === '' || name === '.' || name === '..' || /[/\0]/.test(name) || name.length > 200;
  return [
    ...(bad ? [{ path: [...path, 'name'], message: `"${name}" cannot be the name of a container: it becomes the name of a folder`, hint: 'use letters, digits, ".", "-" and "_"' }] : []),
    ...checkOptions(options, path, names, volumes),
  ];
}

function checkOptions(options: ContainerOptions, path: Path, names: readonly string[], volumes: ReadonlyMap<string, Volume>): readonly DocumentIssue[] {
  const issues: DocumentIssue[] = [];
  const add = (keys: Path, found: object, hint?: string): void => {
    if (isProblem(found)) issues.push({ path: [...path, ...keys, ...(found.key === undefined ? [] : [found.key])], message: found.problem, ...(hint === undefined ? {} : { hint }) });
  };
  for (const key of ['capabilities', 'capabilities.add', 'ambient'] as const) {
    const list = options[key] ?? [];
    const wrong = wrongCapability(list);
    if (wrong >= 0) add([key, wrong], { problem: `"${list[wrong] ?? ''}" is not a capability` }, 'write it in full and in upper case, such as CAP_NET_ADMIN; all and none stand alone');
  }
  for (const key of ['binds', 'binds.add'] as const) {
    for (const [at, bind] of (options[key] ?? []).entries()) add([key, at], checkBind(bind, volumes));
  }
  for (const [at, item] of (options.tmpfs ?? []).entries()) add(['tmpfs', at], parseTmpfs(item));
  for (const [at, item] of (options.rlimits ?? []).entries()) add(['rlimits', at], parseRlimit(item));
  for (const [at, item] of (options.mounts ?? []).entries()) {
    const mount = completeMount(item);
    add(['mounts', at], mount);
    if (!isProblem(mount) && mount.type === 'bind') add(['mounts', at, 'source'], volumeUse(mount.source ?? '', mount.options?.includes('ro') === true, volumes));
  }
  for (const [at, { path: node, mode }] of (options.devices ?? []).entries()) {
    if (node !== 'all' && parseMode(mode) === undefined) add(['devices', at, ...(mode === undefined ? [] : ['mode'])], { problem: `the device ${node} needs a mode of octal digits in quotes, such as "0666"` });
  }
  for (const key of ['uid', 'gid'] as const) issues.push(...checkId(options[key], [...path, key], names));
  for (const [at, id] of (options.additionalGids ?? []).entries()) issues.push(...checkId(id, [...path, 'additionalGids', at], names));
  return issues;
}

function checkBind(text: string, volumes: ReadonlyMap<string, Volume>): object {
  const bind = parseBind(text);
  if (isProblem(bind)) return bind;
  return volumeUse(bind.source ?? '', text.split(':')[2] === 'ro', volumes);
}

function volumeUse(source: string, readonly: boolean, volumes: ReadonlyMap<string, Volume>): object {
  if (source.startsWith('/')) return {};
  const volume = volumes.get(source);
  if (volume === undefined) return { problem: `"${source}" is neither an absolute path nor the name of a volume` };
  return volume.readonly === true && !readonly ? { problem: `the volume "${source}" is read-only: bind it with the option ro` } : {};
}

function checkId(id: number | string | undefined, path: Path, names: readonly string[]): readonly DocumentIssue[] {
  if (typeof id !== 'string' || id === '' || id === 'root' || names.includes(id)) return [];
  if (/^\d+$/.test(id)) return [{ path, message: `no container is named "${id}"`, hint: `a number is written without quotes: ${id}` }];
  const meant = closest(id, names);
  return [{ path, message: `no container is named "${id}": the name of a user means a container of this YAML`, ...(meant === undefined ? {} : { hint: `did you mean "${meant}"?` }) }];
}

function checkVolume({ name, image, format, platforms }: Volume, path: Path): readonly DocumentIssue[] {
  return [
    ...(/^[a-z0-9_-]+$/.test(name) ? [] : [{ path: [...path, 'name'], message: `"${name}" cannot be the name of a volume`, hint: 'use lower-case letters, digits, "-" and "_"' }]),
    ...(format === 'oci' && image === undefined ? [{ path: [...path, 'format'], message: 'a volume of the format oci needs an image' }] : []),
    ...(format !== 'oci' ? [] : (platforms ?? [])).flatMap((platform, at) => (/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/.test(platform) ? [] : [{ path: [...path, 'platforms', at], message: `"${platform}" is not a platform`, hint: 'write it as OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, such as linux/amd64 or linux/arm/v7' }])),
  ];
}

/** Ways to say what a file is, the one that excludes others first. */
function checkFile(file: FileEntry, path: Path, names: readonly string[]): readonly DocumentIssue[] {
  const issues: DocumentIssue[] = [];
  const add = (keys: Path, message: string, hint?: string): void => void issues.push({ path: [...path, ...keys], message, ...(hint === undefined ? {} : { hint }) });
  const place = file.path.split('/');
  if (file.path.replaceAll('/', '') === '') add(['path'], 'a file needs a path');
  else if (place.includes('..') || file.path.includes('\0')) add(['path'], `"${file.path}" leads out of the image by ".."`);
  const { directory = false, symlink, contents, source, metadata } = file;
  if (source !== undefined && metadata !== undefined) add(['metadata'], 'source and metadata exclude each other');
  else if (source !== undefined && (contents !== undefined || symlink !== undefined || directory)) add(['source'], `${contents === undefined ? 'a link or directory' : 'contents'} and source exclude each other`);
  else if (contents !== undefined && metadata !== undefined) add(['metadata'], 'contents and metadata exclude each other');
  else if (contents !== undefined && directory) add(['contents'], 'a directory has no contents');
  else if (!directory && [symlink, contents, source, metadata].every((way) => way === undefined)) add([], 'a file needs contents, source, symlink, metadata or directory: true');
  if (metadata !== undefined && metadata !== 'yaml' && metadata !== 'json') add(['metadata'], `expected yaml or json, got "${metadata}"`);
  if (file.mode !== undefined && parseMode(file.mode) === undefined) add(['mode'], `expected octal digits such as "0644", got "${file.mode}"`);
  issues.push(...checkId(file.uid, [...path, 'uid'], names), ...checkId(file.gid, [...path, 'gid'], names));
  return issues;
}

function checkReference(text: string, path: Path): readonly DocumentIssue[] {
  const found = parseReference(text);
  return 'problem' in found ? [{ path, message: found.problem }] : [];
}

function duplicates(names: readonly string[], section: string, kind: string): readonly DocumentIssue[] {
  return names.flatMap((name, at) => (names.indexOf(name) < at ? [{ path: [section, at, 'name'], message: `a ${kind} named "${name}" is there already`, first: [section, names.indexOf(name), 'name'], hint: 'names must differ, in all files of an image' }] : []));
}
