// onboot, onshutdown, services: each entry becomes a bundle folder with config.json, runtime.json and the image's files.
// An image used several times is there once: later bundles point to the first one's files (linuxkit.md §2.6).
import { located } from '../../model/errors.ts';
import type { Mount } from '../../oci/mounts.ts';
import { containerConfig, effectiveOptions, runtimeConfig } from '../../oci/bundle.ts';
import type { Json } from '../../oci/json.ts';
import type { ImageConfig } from '../../oci/manifest.ts';
import type { ContainerOptions } from '../../oci/options.ts';
import { expandReference } from '../linuxkit/references.ts';
import { sections, type Container, type LinuxkitDocument } from '../linuxkit/schema.ts';

/** What the image of a container says of itself. */
export interface ContainerImage {
  readonly config: ImageConfig | undefined;
  readonly label: ContainerOptions;
}

export interface Bundle {
  readonly container: Container;
  /** `containers/onboot/000-name` */
  readonly path: string;
  /** Where the image's files are: below this bundle or an earlier one. */
  readonly root: string;
  /** This bundle is the one that carries them. */
  readonly carries: boolean;
  /** Empty folders of the bundle. */
  readonly folders: readonly string[];
  readonly options: ContainerOptions;
  readonly config: Json;
  readonly runtime: Json;
}

/** Numbers of the containers' names: from 100, in the order of the sections; of equal names the last counts. */
export function containerIds(doc: LinuxkitDocument): ReadonlyMap<string, number> {
  const containers = sections.flatMap((section) => doc[section] ?? []);
  return new Map(containers.map(({ name }, index) => [name, 100 + index]));
}

/** Where a key of the document stands, for messages: `image.yml:3:5`. */
export type PlaceOf = (path: readonly (string | number)[]) => string;

/**
 * The bundles of a document, in the order of its sections. `imageOf` gives what each image reference stands for.
 * @throws HarnessError `IMAGE_LABEL_INVALID`, its message beginning with the place of the container's image
 */
export function bundleConfigs(doc: LinuxkitDocument, imageOf: (ref: string) => ContainerImage, placeOf?: PlaceOf): readonly Bundle[] {
  const ids = containerIds(doc);
  const volumes = new Set((doc.volumes ?? []).map(({ name }) => name));
  const roots = new Map<string, string>();
  return sections.flatMap((section) => (doc[section] ?? []).map((container, index): Bundle => named(`${placeOf === undefined ? '' : `${placeOf([section, index, 'image'])}: `}${section} ${container.name} (${container.image})`, () => {
    const { name, image, ...yaml } = container;
    const path = `containers/${section}/${section === 'services' ? name : `${String(index).padStart(3, '0')}-${name}`}`;
    const { config, label } = imageOf(image);
    const options = effectiveOptions({ yaml, label, image: config });
    const readonly = options.readonly ?? false;
    // `alpine` and `docker.io/library/alpine` are one image.
    const identity = expandReference(image);
    const known = roots.get(identity);
    const root = known ?? `${path}/${readonly ? 'rootfs' : 'lower'}`;
    roots.set(identity, root);
    return {
      container, path, root, options,
      carries: known === undefined,
      folders: readonly ? (known === undefined ? [] : ['rootfs']) : ['tmp', 'rootfs'],
      config: containerConfig({
        yaml, label, image: config,
        idOf: (wanted) => ids.get(wanted),
        volumePath: (wanted) => (volumes.has(wanted) ? `/containers/volumes/${wanted}/merged` : undefined),
      }),
      runtime: runtimeConfig(options, rootMounts(path, root, readonly)),
    };
  })));
}

/** Says whose label is wrong. */
function named<T>(who: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw located(error, who);
  }
}

/** How the root file system of a container comes to be at `rootfs`: a bind, or an overlay whose upper folder is in memory. */
function rootMounts(path: string, root: string, readonly: boolean): readonly Mount[] {
  const bundle = `/${path}`;
  if (readonly) return [{ destination: `${bundle}/rootfs`, source: `/${root}`, options: ['bind'] }];
  return [
    { destination: `${bundle}/tmp`, type: 'tmpfs', source: 'tmpfs' },
    { destination: `${bundle}/tmp`, options: ['remount', 'private'] },
    { destination: `${bundle}/rootfs`, type: 'overlay', source: 'overlay', options: [`lowerdir=/${root}`, `upperdir=${bundle}/tmp/upper`, `workdir=${bundle}/tmp/work`] },
  ];
}
