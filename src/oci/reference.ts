// Image references as container tools write them: a transport, a colon, and what the transport understands.
// https://github.com/containers/image/blob/main/docs/containers-transports.5.md; without a transport a registry is meant.

/** A reference taken apart. `text` is what the user wrote. */
export type Reference = { readonly text: string } & (
  | { readonly transport: 'docker'; readonly name: string; readonly tag?: string; readonly digest?: string }
  | { readonly transport: 'oci'; readonly path: string; readonly ref?: string }
  | { readonly transport: 'oci-archive'; readonly path: string; readonly ref?: string }
  | { readonly transport: 'docker-archive'; readonly path: string; readonly ref?: string }
  | { readonly transport: 'docker-daemon'; readonly name: string }
  | { readonly transport: 'dir'; readonly path: string }
  | { readonly transport: 'apt'; readonly packages: readonly string[]; readonly suite?: string }
  | { readonly transport: 'builtin'; readonly name: string }
);

export type TransportName = Reference['transport'];

const transportNames: readonly TransportName[] = ['docker', 'oci', 'oci-archive', 'docker-archive', 'docker-daemon', 'dir', 'apt', 'builtin'];

/** Reads a reference; `problem` says what is wrong with one that cannot be read. */
export function parseReference(text: string): Reference | { readonly problem: string } {
  const match = /^([a-z][a-z-]*):(.*)$/s.exec(text);
  const transport = transportNames.find((name) => name === match?.[1]);
  const rest = match?.[2] ?? '';
  switch (transport) {
    case undefined: return registry(text, text);
    case 'docker': return rest.startsWith('//') ? registry(text, rest.slice(2)) : registry(text, text);
    case 'oci': case 'oci-archive': case 'docker-archive': return located(text, transport, rest);
    case 'docker-daemon': return rest === '' ? { problem: 'expected docker-daemon:NAME' } : { text, transport, name: rest };
    case 'dir': return rest === '' ? { problem: 'expected dir:FOLDER' } : { text, transport, path: rest };
    case 'apt': return packages(text, rest);
    case 'builtin': return /^[a-z][a-z0-9-]*$/.test(rest) ? { text, transport, name: rest } : { problem: 'expected builtin:NAME, such as builtin:init' };
  }
}

/** `oci:PATH[:REF]`: the path ends at the first colon, for a REF such as `host:5000/name:tag` has more. */
function located(text: string, transport: 'oci' | 'oci-archive' | 'docker-archive', rest: string): Reference | { readonly problem: string } {
  const colon = rest.indexOf(':');
  const path = colon === -1 ? rest : rest.slice(0, colon);
  const ref = colon === -1 ? '' : rest.slice(colon + 1);
  if (path === '') return { problem: `expected ${transport}:PATH or ${transport}:PATH:REFERENCE` };
  return { text, transport, path, ...(ref === '' ? {} : { ref }) };
}

/** `apt:PACKAGE,...[@SUITE]` with the characters Debian policy 5.6.7 allows in names. */
function packages(text: string, rest: string): Reference | { readonly problem: string } {
  const at = rest.indexOf('@');
  const suite = at === -1 ? undefined : rest.slice(at + 1);
  const names = (at === -1 ? rest : rest.slice(0, at)).split(',').map((name) => name.trim());
  if (suite !== undefined && !/^[a-z][a-z0-9-]*$/.test(suite)) return { problem: `"${suite}" is not the name of a Debian suite` };
  const wrong = names.find((name) => !/^[a-z0-9][a-z0-9+.-]+$/.test(name));
  if (wrong !== undefined) return { problem: wrong === '' ? 'expected apt:PACKAGE or apt:PACKAGE,PACKAGE' : `"${wrong}" is not the name of a Debian package` };
  return { text, transport: 'apt', packages: [...new Set(names)].sort(), ...(suite === undefined ? {} : { suite }) };
}

/** Docker's short names: `alpine` is `docker.io/library/alpine`, `a/b` is `docker.io/a/b`. No tag is added. */
export function expandName(name: string): string {
  const parts = name.split('/');
  const [host = ''] = parts;
  if (parts.length === 1) return `docker.io/library/${name}`;
  return parts.length === 2 && !/[.:]/.test(host) && host !== 'localhost' ? `docker.io/${name}` : name;
}

/** A name with host and tag: `alpine` is `docker.io/library/alpine:latest`. Names with a digest get no tag. */
export function fullName(name: string): string {
  const expanded = expandName(name);
  return /:[^/]*$|@/.test(expanded) ? expanded : `${expanded}:latest`;
}

function registry(text: string, name: string): Reference | { readonly problem: string } {
  const match = /^([a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?::\d+(?=\/))?(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@([a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-f]{32,}))?$/.exec(lowerHost(name));
  if (match === null) return { problem: `"${name}" is not an image reference: expected NAME[:TAG][@DIGEST] or one of ${transportNames.map((known) => (known === 'docker' ? 'docker://' : `${known}:`)).join(', ')}` };
  const [, path = '', tag, digest] = match;
  return { text, transport: 'docker', name: expandName(path), ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** Host names may be upper-case; everything behind them may not. */
function lowerHost(name: string): string {
  const slash = name.indexOf('/');
  const host = name.slice(0, Math.max(slash, 0));
  return /[.:]/.test(host) ? host.toLowerCase() + name.slice(slash) : name;
}
