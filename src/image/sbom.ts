// The software bill of materials of an image (linuxkit.md §2.11): what the images' own attestations list, in one SPDX 2.3
// document for /sbom.spdx.json. Equal images give equal bytes: the time is fixed and the namespace follows from the content,
// where LinuxKit takes a random UUID. https://spdx.github.io/spdx-spec/v2.3/ and https://in-toto.io/Statement/v0.1
import { createHash } from 'node:crypto';
import { HarnessError } from '../model/errors.ts';
import type { OciImage } from '../oci/image.ts';
import { IndexSchema, isIndex, ManifestSchema, type Descriptor } from '../oci/manifest.ts';
import { parseDocument, readDocument } from '../oci/pick.ts';
import { licencesOf, renameIds, type Item, type SpdxDocument } from './spdx.ts';

/** Where the document belongs in an image. */
export const sbomPath = 'sbom.spdx.json';

export interface SbomSource {
  /** The reference as it was written. */
  readonly ref: string;
  /** Without an image behind it a source says nothing of its contents, and is left out. */
  readonly image?: OciImage | undefined;
}

const PREDICATE = 'https://spdx.dev/Document';
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_DEPTH = 8;

/**
 * The document for a system made of these images, each described by a package of its own; `name` is the system's. An image
 * without an attestation is listed without contents.
 * @throws HarnessError `IMAGE_SBOM_INVALID`
 */
export async function sbomText(sources: readonly SbomSource[], name: string, signal: AbortSignal): Promise<string> {
  const licences = new Map<string, Item>();
  const packages: Item[] = [];
  const files: Item[] = [];
  const snippets: Item[] = [];
  const relationships: Item[] = [];
  const images = sources.flatMap(({ ref, image }) => (image === undefined ? [] : [{ ref, image }]));
  const distinct = images.filter(({ image }, index) => images.findIndex((other) => other.image.digest === image.digest) === index);
  for (const [index, { ref, image }] of distinct.entries()) {
    const own = `SPDXRef-image-${index}`;
    packages.push(imagePackage(own, ref, image));
    relationships.push(relation('SPDXRef-DOCUMENT', 'DESCRIBES', own));
    for (const [at, document] of (await attestedDocuments(ref, image, signal)).entries()) {
      const renamed = renameIds(licencesOf(document, licences), `${index}-${at}-`, own);
      packages.push(...(renamed.packages ?? []));
      files.push(...(renamed.files ?? []));
      snippets.push(...(renamed.snippets ?? []));
      relationships.push(...(renamed.relationships ?? []).map((item) => (item['relationshipType'] === 'DESCRIBES' && item['spdxElementId'] === own ? { ...item, relationshipType: 'CONTAINS' } : item)));
    }
  }
  const content = {
    packages,
    ...(files.length === 0 ? {} : { files }),
    ...(snippets.length === 0 ? {} : { snippets }),
    relationships,
    ...(licences.size === 0 ? {} : { hasExtractedLicensingInfos: [...licences.values()] }),
  };
  const digest = createHash('sha256').update(JSON.stringify([name, content])).digest('hex');
  return `${JSON.stringify({
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name,
    documentNamespace: `https://kit-test.example/spdx/${encodeURIComponent(name)}-${digest}`,
    creationInfo: { created: '2017-04-18T16:30:00Z', creators: ['Tool: kit-test'] },
    ...content,
  }, undefined, 2)}\n`;
}

/** The SPDX documents attached to the very manifest an image was picked for. */
async function attestedDocuments(ref: string, image: OciImage, signal: AbortSignal): Promise<readonly SpdxDocument[]> {
  const documents: SpdxDocument[] = [];
  for (const attestation of await attestations(image.root, image, 0)) {
    signal.throwIfAborted();
    const { layers } = parseDocument(ManifestSchema, await readDocument(attestation, image.read), attestation.digest);
    for (const layer of layers) {
      const predicate = layer.annotations?.['in-toto.io/predicate-type'];
      if (layer.mediaType !== 'application/vnd.in-toto+json' || (predicate !== undefined && predicate !== PREDICATE)) continue;
      const document = await readStatement(ref, layer, image, signal);
      if (document !== undefined) documents.push(document);
    }
  }
  return documents;
}

async function attestations(root: Descriptor, image: OciImage, depth: number): Promise<readonly Descriptor[]> {
  const content = await readDocument(root, image.read);
  if (!isIndex(content) || depth >= MAX_DEPTH) return [];
  const { manifests } = parseDocument(IndexSchema, content, root.digest);
  const found = manifests.filter(({ annotations }) => annotations?.['vnd.docker.reference.type'] === 'attestation-manifest' && annotations['vnd.docker.reference.digest'] === image.digest);
  const nested = await Promise.all(manifests.filter(({ mediaType }) => /(image\.index\.v1|manifest\.list\.v2)\+json$/.test(mediaType)).map((child) => attestations(child, image, depth + 1)));
  return [...found, ...nested.flat()];
}

async function readStatement(ref: string, layer: Descriptor, image: OciImage, signal: AbortSignal): Promise<SpdxDocument | undefined> {
  if (layer.size > MAX_BYTES) throw invalid(ref, layer, `has ${layer.size} bytes`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of image.read(layer, signal)) chunks.push(chunk);
  let statement: unknown;
  try {
    statement = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw invalid(ref, layer, `is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isItem(statement)) throw invalid(ref, layer, 'is no in-toto statement');
  if (statement['predicateType'] !== PREDICATE) return undefined;
  const document = statement['predicate'];
  if (!isItem(document) || typeof document['spdxVersion'] !== 'string' || !document['spdxVersion'].startsWith('SPDX-2.')) throw invalid(ref, layer, 'holds no SPDX document of version 2');
  for (const key of ['packages', 'files', 'snippets', 'relationships', 'hasExtractedLicensingInfos']) {
    const list = document[key];
    if (list !== undefined && list !== null && !(Array.isArray(list) && list.every(isItem))) throw invalid(ref, layer, `has ${key} that are no list of mappings`);
  }
  return document;
}

const isItem = (value: unknown): value is Item => typeof value === 'object' && value !== null && !Array.isArray(value);

const imagePackage = (id: string, ref: string, { digest }: OciImage): Item => ({
  SPDXID: id,
  name: ref,
  versionInfo: digest,
  downloadLocation: 'NOASSERTION',
  filesAnalyzed: false,
  primaryPackagePurpose: 'CONTAINER',
  ...(digest.startsWith('sha256:') ? { checksums: [{ algorithm: 'SHA256', checksumValue: digest.slice('sha256:'.length) }] } : {}),
});

const relation = (from: string, type: string, to: string): Item => ({ spdxElementId: from, relationshipType: type, relatedSpdxElement: to });

function invalid(ref: string, { digest }: Descriptor, why: string): HarnessError {
  return new HarnessError('IMAGE_SBOM_INVALID', `${ref}: the attestation ${digest} ${why}`, { hint: 'build the image again, or build the system without --sbom' });
}
