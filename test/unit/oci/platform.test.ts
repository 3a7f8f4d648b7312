import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/manifest.ts';
import { pickManifest, platformFits, showPlatform } from '../../../src/oci/platform.ts';

const manifest = (platform: string): Descriptor => {
  const [os = '', architecture = '', variant] = platform.split('/');
  return { mediaType: '', digest: platform, size: 1, platform: { os, architecture, ...(variant === undefined ? {} : { variant }) } };
};
const arm = { architecture: 'arm', variant: 'v7' };

describe('pickManifest', () => {
  it.each([
    ['v7 after v6', ['linux/arm/v6', 'linux/arm/v7'], arm, 'linux/arm/v7'],
    ['v7 before one that names no variant', ['linux/arm', 'linux/arm/v7'], arm, 'linux/arm/v7'],
    ['arm without variant, which means v7', ['linux/arm/v6', 'linux/arm'], arm, 'linux/arm'],
    ['nothing for arm where there is only v6', ['linux/arm/v6', 'linux/arm/v5', 'linux/amd64'], arm, undefined],
    ['nothing for arm where there is only arm64', ['linux/arm64', 'linux/arm64/v8'], arm, undefined],
    ['arm64 with its usual variant', ['linux/arm/v7', 'linux/arm64/v8'], { architecture: 'arm64' }, 'linux/arm64/v8'],
    ['amd64 before a variant that needs newer processors', ['linux/amd64/v3', 'linux/amd64'], { architecture: 'amd64' }, 'linux/amd64'],
    ['no windows', ['windows/amd64'], { architecture: 'amd64' }, undefined],
    ['no attestation', ['unknown/unknown'], { architecture: 'amd64' }, undefined],
    ['an architecture without variants', ['linux/riscv64'], { architecture: 'riscv64' }, 'linux/riscv64'],
  ])('picks %s', (_, platforms, wanted, expected) => {
    expect(pickManifest(platforms.map(manifest), wanted)?.digest).toBe(expected);
  });

  it('ignores manifests that name no platform', () => {
    expect(pickManifest([{ mediaType: '', digest: 'x', size: 1 }], arm)).toBeUndefined();
  });
});

describe('platformFits', () => {
  it.each([
    [{ architecture: 'amd64', os: 'linux' }, { architecture: 'amd64' }, true],
    [{ architecture: 'amd64' }, { architecture: 'arm64' }, false],
    [{ architecture: 'arm', variant: 'v6' }, arm, false],
    [{ architecture: 'arm', variant: '' }, arm, true],
    [{}, arm, false],
  ])('says of %j for %j: %j', (platform, wanted, fits) => {
    expect(platformFits(platform, wanted)).toBe(fits);
  });
});

describe('showPlatform', () => {
  it('writes os, architecture and variant', () => {
    expect([showPlatform(arm), showPlatform({ architecture: 'amd64', variant: '' })]).toEqual(['linux/arm/v7', 'linux/amd64']);
  });
});
