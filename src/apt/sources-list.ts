// Reads apt's own source lists, both forms: one line per source and deb822 paragraphs (sources.list(5)). Pure.

/** One archive and suite this machine installs packages from. */
export interface AptSourceEntry {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** Value of signed-by: paths or fingerprints, or an embedded key block. */
  readonly signedBy?: string;
}

/** Reads a `sources.list` or `*.list` file. */
export function parseOneLineSources(text: string): readonly AptSourceEntry[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*(.*)$/.exec(line.replace(/#.*$/, ''));
    if (match === null) return [];
    const [, options = '', uri = '', suite = '', components = ''] = match;
    const signedBy = /(?:^|\s)signed-by\s*=\s*(\S+)/i.exec(options)?.[1];
    return [{ uri: trimSlash(uri), suite, components: words(components), ...(signedBy === undefined ? {} : { signedBy }) }];
  });
}

/** Reads a `*.sources` file. */
export function parseDeb822Sources(text: string): readonly AptSourceEntry[] {
  return text.split(/\n[ \t]*(?:\n[ \t]*)+/).flatMap((paragraph) => {
    const fields = parseFields(paragraph);
    if (fields.get('enabled')?.trim().toLowerCase() === 'no' || !words(fields.get('types')).includes('deb')) return [];
    const signedBy = fields.get('signed-by')?.trim();
    const rest = { components: words(fields.get('components')), ...(signedBy === undefined || signedBy === '' ? {} : { signedBy }) };
    return words(fields.get('uris')).flatMap((uri) => words(fields.get('suites')).map((suite) => ({ uri: trimSlash(uri), suite, ...rest })));
  });
}

/** Fields of one deb822 paragraph by lower-case name; continuation lines keep their line ends. */
export function parseFields(paragraph: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let name = '';
  for (const line of paragraph.split('\n')) {
    if (line.startsWith('#')) continue;
    const start = /^([^\s:]+):(.*)$/.exec(line);
    if (start !== null) {
      name = (start[1] ?? '').toLowerCase();
      fields.set(name, (start[2] ?? '').trim());
    } else if (/^[ \t]/.test(line) && name !== '') {
      // A lone dot stands for an empty line (deb822(5)).
      const continued = line.slice(1).trimEnd();
      fields.set(name, `${fields.get(name) ?? ''}\n${continued.trim() === '.' ? '' : continued}`);
    }
  }
  return fields;
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

function trimSlash(uri: string): string {
  return uri.replace(/\/+$/, '');
}
