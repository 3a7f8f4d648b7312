// The volumes section (linuxkit.md §2.9). `tmp` is made for read-only volumes too, which lets them be written at boot.
import type { Member } from '../../archive/members.ts';
import type { OciImage } from '../../oci/image.ts';
import type { Volume } from '../linuxkit/schema.ts';
import { leadingFolders, made, type CompatEntry } from './entry.ts';
import { ociVolumeEntries } from './oci-volume.ts';
import { rewriteImage } from './rewrite.ts';

/** What a volume is filled from. */
export interface VolumeImage {
  readonly source: string;
  readonly image: Pick<OciImage, 'root' | 'read'>;
  members(): Promise<readonly Member[]>;
}

/** The folders of a volume; `image` is undefined for a blank one. */
export async function volumeEntries({ name, format, platforms }: Volume, index: number, image: VolumeImage | undefined): Promise<readonly CompatEntry[]> {
  const place = `containers/volumes/${name}`;
  const prefix = `${place}/lower/`;
  const location = `volume[${index}]`;
  const folders = ['tmp/', 'merged/'].map((folder) => made({ name: `${place}/${folder}`, type: 'directory', mode: 0o755 }, { source: 'linuxkit.volumes', location }));
  if (image === undefined) return [...leadingFolders(prefix, { source: 'empty', location }), ...folders];
  const origin = { source: image.source, location };
  const filled = format === 'oci'
    ? await ociVolumeEntries(image.image, prefix, platforms ?? [], origin)
    : rewriteImage(await image.members(), { prefix, resolver: 'link', origin });
  return [...filled, ...folders];
}
