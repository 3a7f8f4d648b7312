// XML as far as reports need it: elements that hold elements, or one text. Pure; characters that no XML document may hold
// are the caller's to take away.

/** Values in the order they are written; what is undefined is not there. */
export type XmlAttributes = Readonly<Record<string, string | number | undefined>>;

/** An element on lines of its own, with elements in it that `depth + 1` has indented. */
export function xmlParent(depth: number, name: string, attributes: XmlAttributes, children: readonly string[]): string {
  const start = startOf(depth, name, attributes);
  return children.length === 0 ? `${start}/>` : `${start}>${children.join('')}${lineOf(depth)}</${name}>`;
}

/** An element on a line of its own; `content` is made by `xmlCharacters` or `xmlSection`. */
export function xmlLeaf(depth: number, name: string, attributes: XmlAttributes, content = ''): string {
  const start = startOf(depth, name, attributes);
  return content === '' ? `${start}/>` : `${start}>${content}</${name}>`;
}

export const xmlCharacters = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A CDATA section; as many as it takes where the text holds the end of one. */
export const xmlSection = (text: string): string => (text === '' ? '' : `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`);

const lineOf = (depth: number): string => `\n${'  '.repeat(depth)}`;

function startOf(depth: number, name: string, attributes: XmlAttributes): string {
  let start = `${lineOf(depth)}<${name}`;
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) start += ` ${key}="${typeof value === 'number' ? String(value) : quoted(value)}"`;
  return start;
}

const quoted = (text: string): string => (/[&<"\t\n\r]/.test(text) ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll('\t', '&#x9;').replaceAll('\n', '&#xA;').replaceAll('\r', '&#xD;') : text);
