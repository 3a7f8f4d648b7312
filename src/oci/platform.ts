// Picks the manifest an architecture can run from an index, and refuses an image made for another one.
// Variants follow the image-spec's platform table: "arm" here means v7 (Debian's armhf), and an arm without variant is v7.
import type { Descriptor, Platform } from './manifest.ts';

export interface WantedPlatform {
  readonly architecture: string;
  readonly variant?: string;
}

/** Variants that run on a wanted one, best first; undefined stands for "none given". Everything else is refused. */
const variants: Readonly<Record<string, readonly (string | undefined)[]>> = {
  amd64: [undefined, 'v1', 'v2', 'v3'],
  arm: ['v7', undefined],
  arm64: [undefined, 'v8', 'v8.0'],
};

/** The manifest of an index to use; undefined where none fits. Attestations (`unknown/unknown`) never do. */
export function pickManifest(manifests: readonly Descriptor[], wanted: WantedPlatform): Descriptor | undefined {
  for (const variant of acceptable(wanted)) {
    const found = manifests.find(({ platform }) => platform !== undefined && sameFamily(platform, wanted) && (platform.variant || undefined) === variant);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A platform as a document states it: any part may be missing. */
export interface StatedPlatform {
  readonly os?: string | undefined;
  readonly architecture?: string | undefined;
  readonly variant?: string | undefined;
}

/** Whether an image of this platform runs on the wanted one. An image that says nothing is taken at its word by nobody: no. */
export function platformFits(platform: StatedPlatform, wanted: WantedPlatform): boolean {
  const { architecture, os = 'linux', variant } = platform;
  return architecture !== undefined && sameFamily({ architecture, os }, wanted) && acceptable(wanted).includes(variant || undefined);
}

/** `linux/arm/v7`. */
export function showPlatform(platform: StatedPlatform): string {
  return [platform.os ?? 'linux', platform.architecture ?? 'unknown', ...(platform.variant === undefined || platform.variant === '' ? [] : [platform.variant])].join('/');
}

function acceptable(wanted: WantedPlatform): readonly (string | undefined)[] {
  const known = variants[wanted.architecture] ?? [undefined];
  return wanted.variant === undefined || known.includes(wanted.variant) ? known : [wanted.variant];
}

function sameFamily(platform: Pick<Platform, 'architecture' | 'os'>, wanted: WantedPlatform): boolean {
  return platform.os === 'linux' && platform.architecture === wanted.architecture;
}
