// Documents of SPDX 2 made fit to stand beside others in one: identifiers that differ, licences that are told once.
// Pure. https://spdx.github.io/spdx-spec/v2.3/document-creation-information/

export type Item = Readonly<Record<string, unknown>>;

/** The parts of a document that are kept. */
export interface SpdxDocument {
  readonly packages?: readonly Item[] | null;
  readonly files?: readonly Item[] | null;
  readonly snippets?: readonly Item[] | null;
  readonly relationships?: readonly Item[] | null;
  readonly hasExtractedLicensingInfos?: readonly Item[] | null;
}

const DOCUMENT = 'SPDXRef-DOCUMENT';

/** Every identifier with a prefix; what is said of the document is said of `own`. */
export function renameIds(document: SpdxDocument, prefix: string, own: string): SpdxDocument {
  return mapTexts(document, (text) => {
    if (text === DOCUMENT) return own;
    return /^SPDXRef-[A-Za-z0-9.-]+$/.test(text) ? `SPDXRef-${prefix}${text.slice('SPDXRef-'.length)}` : text;
  });
}

/**
 * Adds the licences a document brings to those that are known, and gives the document back without its own list. One of the
 * same name with another text gets another name, in the licence expressions too.
 */
export function licencesOf(document: SpdxDocument, known: Map<string, Item>): SpdxDocument {
  const renamed = new Map<string, string>();
  for (const licence of document.hasExtractedLicensingInfos ?? []) {
    const id = String(licence['licenseId']);
    let name = id;
    for (let next = 2; known.has(name) && known.get(name)?.['extractedText'] !== licence['extractedText']; next += 1) name = `${id}-${next}`;
    if (!known.has(name)) known.set(name, { ...licence, licenseId: name });
    if (name !== id) renamed.set(id, name);
  }
  const rest = { ...document, hasExtractedLicensingInfos: [] };
  if (renamed.size === 0) return rest;
  return mapTexts(rest, (text, key) => (/^licen[cs]e/i.test(key) ? text.replace(/LicenseRef-[A-Za-z0-9.-]+/g, (id) => renamed.get(id) ?? id) : text));
}

function mapTexts<T>(value: T, change: (text: string, key: string) => string, key = ''): T {
  if (typeof value === 'string') return change(value, key) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => mapTexts(item, change, key)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapTexts(item as unknown, change, name)])) as T;
}
