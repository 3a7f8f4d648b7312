import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sbomText, type SbomSource } from '../../../src/image/sbom.ts';
import { readLayoutImage } from '../../../src/oci/layout.ts';
import { createLayout, layerOf, type LayoutFolder } from '../oci/layout-folder.ts';
import { createWorkplace, type Workplace } from './context.ts';

const signal = AbortSignal.timeout(60_000);
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const predicate = 'https://spdx.dev/Document';
let place: Workplace;
let layout: LayoutFolder;
beforeEach(async () => {
  place = await createWorkplace();
  layout = await createLayout(join(place.folder, 'layout'));
});
afterEach(async () => {
  await place[Symbol.asyncDispose]();
});

/** The document of an image as BuildKit's scanner writes it. */
const scanned = (name: string, licence = 'the text'): Record<string, unknown> => ({
  spdxVersion: 'SPDX-2.3',
  dataLicense: 'CC0-1.0',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'sbom',
  documentNamespace: 'https://anchore.example/x',
  creationInfo: { created: '2024-01-01T00:00:00Z', creators: ['Tool: syft'] },
  packages: [
    { name, SPDXID: 'SPDXRef-Package-1', versionInfo: '1.2', downloadLocation: 'NOASSERTION', licenseDeclared: 'MIT AND LicenseRef-own', externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: `pkg:deb/debian/${name}@1.2` }] },
  ],
  files: [{ fileName: '/bin/x', SPDXID: 'SPDXRef-File-1', checksums: [{ algorithm: 'SHA1', checksumValue: '0' }], licenseConcluded: 'LicenseRef-own' }],
  hasExtractedLicensingInfos: [{ licenseId: 'LicenseRef-own', extractedText: licence }],
  relationships: [
    { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-Package-1' },
    { spdxElementId: 'SPDXRef-Package-1', relationshipType: 'CONTAINS', relatedSpdxElement: 'SPDXRef-File-1' },
  ],
});
const statement = (document: unknown, type = predicate): object => ({ _type: 'https://in-toto.io/Statement/v0.1', predicateType: type, subject: [{ name: '_', digest: { sha256: '0' } }], predicate: document });

/** Adds an image whose attestation holds the given layers. */
async function image(name: string, statements: readonly { readonly content: unknown; readonly type?: string; readonly annotated?: string }[], about?: string): Promise<SbomSource> {
  const manifest = await layout.image([await layerOf([{ name, content: name }])]);
  const layers = [];
  for (const { content, type = 'application/vnd.in-toto+json', annotated } of statements) {
    const blob = typeof content === 'string' ? await layout.blob(Buffer.from(content), type) : await layout.json(content, type);
    layers.push(annotated === undefined ? blob : { ...blob, annotations: { 'in-toto.io/predicate-type': annotated } });
  }
  const config = await layout.json({ architecture: 'unknown', os: 'unknown', config: {}, rootfs: { type: 'layers', diff_ids: [] } }, 'application/vnd.oci.image.config.v1+json');
  const attestation = await layout.json({ schemaVersion: 2, mediaType: manifestType, config, layers }, manifestType);
  const index = await layout.json({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [manifest, { ...attestation, platform: { architecture: 'unknown', os: 'unknown' }, annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': about ?? manifest.digest } }],
  }, 'application/vnd.oci.image.index.v1+json');
  await layout.index([{ ...index, annotations: { 'org.opencontainers.image.ref.name': name } }]);
  return { ref: name, image: await readLayoutImage(layout.folder, name, { architecture: 'amd64' }) };
}

interface Sbom {
  readonly documentNamespace: string;
  readonly creationInfo: { readonly created: string };
  readonly packages: readonly { readonly SPDXID: string; readonly name: string; readonly licenseDeclared?: string }[];
  readonly files?: readonly { readonly SPDXID: string; readonly licenseConcluded: string }[];
  readonly relationships: readonly { readonly spdxElementId: string; readonly relationshipType: string; readonly relatedSpdxElement: string }[];
  readonly hasExtractedLicensingInfos?: readonly { readonly licenseId: string }[];
}
const sbom = async (...sources: readonly SbomSource[]): Promise<Sbom> => JSON.parse(await sbomText(sources, 'system', signal)) as Sbom;

describe('sbomText', () => {
  it('joins what the attestations list, each image a package that contains its own', async () => {
    const found = await sbom(await image('one', [{ content: statement(scanned('bash')), annotated: predicate }]), await image('two', [{ content: statement(scanned('zlib')) }]));
    expect(found).toMatchObject({ spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', name: 'system', creationInfo: { created: '2017-04-18T16:30:00Z' } });
    expect(found.packages.map(({ SPDXID, name }) => [SPDXID, name])).toEqual([['SPDXRef-image-0', 'one'], ['SPDXRef-0-0-Package-1', 'bash'], ['SPDXRef-image-1', 'two'], ['SPDXRef-1-0-Package-1', 'zlib']]);
    expect(found.relationships.map((each) => [each.spdxElementId, each.relationshipType, each.relatedSpdxElement])).toEqual([
      ['SPDXRef-DOCUMENT', 'DESCRIBES', 'SPDXRef-image-0'], ['SPDXRef-image-0', 'CONTAINS', 'SPDXRef-0-0-Package-1'], ['SPDXRef-0-0-Package-1', 'CONTAINS', 'SPDXRef-0-0-File-1'],
      ['SPDXRef-DOCUMENT', 'DESCRIBES', 'SPDXRef-image-1'], ['SPDXRef-image-1', 'CONTAINS', 'SPDXRef-1-0-Package-1'], ['SPDXRef-1-0-Package-1', 'CONTAINS', 'SPDXRef-1-0-File-1'],
    ]);
    const ids = [...found.packages, ...(found.files ?? [])].map(({ SPDXID }) => SPDXID);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { spdxElementId, relatedSpdxElement } of found.relationships) expect([...ids, 'SPDXRef-DOCUMENT']).toEqual(expect.arrayContaining([spdxElementId, relatedSpdxElement]));
  });

  it('tells a licence once, and keeps two texts of one name apart', async () => {
    const same = await sbom(await image('one', [{ content: statement(scanned('a')) }]), await image('two', [{ content: statement(scanned('b')) }]));
    expect(same.hasExtractedLicensingInfos?.map(({ licenseId }) => licenseId)).toEqual(['LicenseRef-own']);
    const other = await sbom(await image('one', [{ content: statement(scanned('a')) }]), await image('two', [{ content: statement(scanned('b', 'another text')) }]));
    expect(other.hasExtractedLicensingInfos?.map(({ licenseId }) => licenseId)).toEqual(['LicenseRef-own', 'LicenseRef-own-2']);
    expect(other.packages.find(({ name }) => name === 'b')?.licenseDeclared).toBe('MIT AND LicenseRef-own-2');
    expect(other.files?.map(({ licenseConcluded }) => licenseConcluded)).toEqual(['LicenseRef-own', 'LicenseRef-own-2']);
  });

  it('makes equal bytes of equal images, and another namespace of others', async () => {
    const [one, two] = [await image('one', [{ content: statement(scanned('a')) }]), await image('two', [{ content: statement(scanned('b')) }])];
    expect(await sbomText([one, two], 'system', signal)).toBe(await sbomText([one, two, { ...one, ref: 'again' }], 'system', signal));
    expect((await sbom(one)).documentNamespace).not.toBe((await sbom(two)).documentNamespace);
  });

  it('reads neither other attestations nor those of another manifest', async () => {
    const provenance = { content: statement({ buildType: 'x' }, 'https://slsa.dev/provenance/v0.2') };
    expect((await sbom(await image('one', [provenance, { content: 'no JSON', annotated: 'https://slsa.dev/provenance/v0.2' }, { content: 'a text', type: 'text/plain' }]))).packages.map(({ name }) => name)).toEqual(['one']);
    expect((await sbom(await image('one', [{ content: statement(scanned('a')) }], `sha256:${'0'.repeat(64)}`))).packages.map(({ name }) => name)).toEqual(['one']);
  });

  it('is an empty list for sources without an image behind them', async () => {
    expect(await sbom({ ref: 'dir:x' })).toMatchObject({ packages: [], relationships: [] });
  });

  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /is not JSON/],
    ['no statement', [], /no in-toto statement/],
    ['SPDX 3', statement({ '@context': 'https://spdx.org/rdf/3.0.0/spdx-context.jsonld' }), /no SPDX document of version 2/],
    ['packages that are no list', statement({ ...scanned('a'), packages: { x: 1 } }), /packages that are no list/],
  ])('names the image whose attestation holds %s', async (_, content, message) => {
    await expect(sbom(await image('one', [{ content }]))).rejects.toMatchObject({ code: 'IMAGE_SBOM_INVALID', message: expect.stringMatching(message) as string });
    await expect(sbom(await image('one', [{ content }]))).rejects.toThrow(/^one: the attestation sha256:/);
  });
});
