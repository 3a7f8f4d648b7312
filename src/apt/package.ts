// What a Debian package is to us, and how it is read from `apt-get install --print-uris`. Pure.

/** One version of one package, found again on any mirror of the archive. */
export interface AptPackage {
  readonly name: string;
  readonly version: string;
  /** Debian architecture, or `all`. */
  readonly arch: string;
  /** Path below the mirror: `pool/main/…`. */
  readonly path: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly size: number;
}

/**
 * Lines `'URI' NAME_VERSION_ARCH.deb SIZE SHA256:HEX`, sorted by name so that equal answers are equal.
 * Returns undefined for a line that is a package without SHA256: then apt knows no digest to verify with.
 */
export function parsePrintUris(output: string, mirror: string): readonly AptPackage[] | undefined {
  const packages: AptPackage[] = [];
  for (const line of output.split('\n')) {
    const match = /^'([^']+)' (\S+)_(\S+)_(\S+)\.deb (\d+)(?: (\S*))?$/.exec(line.trim());
    if (match === null) continue;
    const [, uri = '', name = '', version = '', arch = '', size = '', hash = ''] = match;
    const sha256 = /^SHA256:([0-9a-f]{64})$/.exec(hash)?.[1];
    if (sha256 === undefined || !uri.startsWith(`${mirror}/`)) return undefined;
    packages.push({ name: decodeURIComponent(name), version: decodeURIComponent(version), arch, path: decodeURIComponent(uri.slice(mirror.length + 1)), sha256, size: Number(size) });
  }
  return packages.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** URL of a package on a mirror. */
export function packageUrl(mirror: string, path: string): string {
  return `${mirror}/${path.split('/').map(encodeURIComponent).join('/')}`;
}
