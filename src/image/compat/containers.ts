// onboot, onshutdown, services (linuxkit.md §2.6): the bundle of a container, its image's files where nobody had them
// before. An image counts as had when its full reference is the same text.
import type { Member } from '../../archive/members.ts';
import { containerConfig, effectiveOptions, runtimeConfig } from '../../oci/bundle.ts';
import { goJson, type Json } from '../../oci/json.ts';
import type { ImageConfig } from '../../oci/manifest.ts';
import { mergeOptions, type ContainerOptions } from '../../oci/options.ts';
import type { Mount } from '../../oci/mounts.ts';
import type { Container } from '../linuxkit/schema.ts';
import { inline, leadingFolders, made, toBytes, type CompatEntry } from './entry.ts';
import { asLinuxkitReads, bindVolumes, refuseAllAndMore, repeatCapabilities } from './quirks.ts';
import { rewriteImage } from './rewrite.ts';

export interface ContainerPlace {
  readonly section: 'onboot' | 'onshutdown' | 'services';
  readonly index: number;
}

export interface ContainerInput {
  readonly container: Container;
  /** Full image reference. */
  readonly source: string;
  readonly config: ImageConfig;
  readonly label: ContainerOptions;
  members(): Promise<readonly Member[]>;
}

export interface ContainerWorld {
  readonly idOf: (name: string) => number | undefined;
  readonly volumePath: (name: string) => string | undefined;
  /** Where the files of an image are, by its full reference; filled while containers are made in order. */
  readonly roots: Map<string, string>;
}

/** The entries of one container's bundle. */
export async function containerEntries(input: ContainerInput, { section, index }: ContainerPlace, world: ContainerWorld): Promise<readonly CompatEntry[]> {
  const { container, source } = input;
  const origin = { source, location: `${section}[${index}]` };
  const path = `containers/${section}/${section === 'services' ? '' : `${String(index).padStart(3, '0')}-`}${toBytes(container.name)}`;
  const { config, runtime, readonly } = bundle(input, `${section} ${container.name} (${source})`, world);
  const known = world.roots.get(source);
  const root = known ?? `${path}/${readonly ? 'rootfs' : 'lower'}`;
  world.roots.set(source, root);
  const file = (name: string, json: Json): CompatEntry => made({ name: `${path}/${name}`, type: 'file', mode: 0o644, content: [inline(goJson(json))] }, origin);
  const folders = readonly ? (known === undefined ? [] : ['rootfs']) : ['tmp', 'rootfs'];
  return [
    ...(known === undefined ? rewriteImage(await input.members(), { prefix: `${root}/`, resolver: 'file', origin }) : leadingFolders(`${path}/`, origin)),
    file('config.json', config),
    ...folders.map((name) => made({ name: `${path}/${name}`, type: 'directory', mode: 0o755 }, origin)),
    file('runtime.json', runtime(rootMounts(utf8(path), utf8(root), readonly))),
  ];
}

function bundle({ container, config: image, label: stated }: ContainerInput, where: string, world: ContainerWorld): { config: Json; runtime: (mounts: readonly Mount[]) => Json; readonly: boolean } {
  // The name and the image of the entry are no options; nobody looks at them further on.
  const given: ContainerOptions = container;
  refuseAllAndMore(where, given, stated);
  const yaml = bindVolumes(asLinuxkitReads(given), world.volumePath);
  const label = asLinuxkitReads(stated);
  const merged = mergeOptions(yaml, label);
  const options = effectiveOptions({ yaml, label, image });
  const config = containerConfig({ yaml, label, image, idOf: world.idOf, volumePath: (name) => name });
  return {
    config: repeatCapabilities(config, merged.capabilities ?? [], merged.ambient ?? []),
    runtime: (mounts) => runtimeConfig(options, mounts),
    readonly: options.readonly ?? false,
  };
}

/** A bind of what is there, or an overlay of it with a folder in memory. */
function rootMounts(path: string, root: string, readonly: boolean): readonly Mount[] {
  const at = `/${path}`;
  if (readonly) return [{ destination: `${at}/rootfs`, source: `/${root}`, options: ['bind'] }];
  return [
    { destination: `${at}/tmp`, type: 'tmpfs', source: 'tmpfs' },
    { destination: `${at}/tmp`, options: ['remount', 'private'] },
    { destination: `${at}/rootfs`, type: 'overlay', source: 'overlay', options: [`lowerdir=/${root}`, `upperdir=${at}/tmp/upper`, `workdir=${at}/tmp/work`] },
  ];
}

const utf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString();
