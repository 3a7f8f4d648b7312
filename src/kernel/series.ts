// Finds the newest kernel package of a series: what takes the place of one that vanished from the archive. Pure.

interface Parts {
  readonly series: string;
  readonly numbers: readonly number[];
  readonly flavour: string;
}

/** Of `names`, the newest package with the same series (6.1) and flavour (cloud-amd64) as `wanted`. */
export function newestOfSeries(wanted: string, names: Iterable<string>): string | undefined {
  const like = parse(wanted);
  if (like === undefined) return undefined;
  let best: { name: string; parts: Parts } | undefined;
  for (const name of names) {
    const parts = parse(name);
    if (parts?.series !== like.series || parts.flavour !== like.flavour) continue;
    if (best === undefined || compare(parts.numbers, best.parts.numbers) > 0) best = { name, parts };
  }
  return best?.name;
}

/** `linux-image-6.1.0-18-cloud-amd64`, `linux-image-6.12.9+deb13-armmp`, `linux-image-6.12.9+bpo-amd64`. */
function parse(name: string): Parts | undefined {
  const match = /^linux-image-(\d+\.\d+)((?:\.\d+)?(?:-\d+)?)((?:\+[a-z]+\d*)?(?:\.\d+)?)-([a-z][a-z0-9-]*)$/.exec(name);
  if (match === null || (match[4] ?? '').endsWith('-dbg') || (match[4] ?? '').endsWith('-unsigned')) return undefined;
  const [, series = '', rest = '', build = '', flavour = ''] = match;
  return { series, numbers: [...`${rest}${build}`.matchAll(/\d+/g)].map(([digits]) => Number(digits)), flavour };
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
