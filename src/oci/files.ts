// Files that make up images (a layout, what `docker save` wrote) by their paths, wherever they lie: a folder, a tar archive.
import { HarnessError } from '../model/errors.ts';
import { MAX_DOCUMENT, parseJson } from './pick.ts';

export interface ImageFiles {
  /** What messages call them: `the layout /some/folder`. */
  readonly where: string;
  /** Size of a file; undefined when there is none of that path. */
  size(path: string): Promise<number | undefined>;
  /** Its bytes. Nothing is verified; where it is missing or cannot be read, the error says so. */
  read(path: string, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Top documents list many images and may be bigger than those of one. */
const MAX_LIST = 16 * MAX_DOCUMENT;

/** A JSON file that is not named by a digest. @throws HarnessError `IMAGE_LAYOUT_INVALID`, `IMAGE_MANIFEST_INVALID` */
export async function readJsonFile(files: ImageFiles, path: string): Promise<unknown> {
  return parseJson(await readWhole(files, path, MAX_LIST), `${path} of ${files.where}`);
}

/** A file's bytes, up to a limit. */
export async function readWhole(files: ImageFiles, path: string, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of files.read(path)) {
    size += chunk.byteLength;
    if (size > limit) throw new HarnessError('IMAGE_MANIFEST_INVALID', `${path} of ${files.where} has more than ${limit} bytes`, { hint: 'the image is broken or hostile: copy it again from where it was made' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
