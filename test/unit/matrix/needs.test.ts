import { describe, expect, it } from 'vitest';
import { NeedsSchema } from '../../../src/model/case.ts';
import { unmetArch, unmetConfig, unmetRelease } from '../../../src/matrix/needs.ts';
import { archs } from './sample.ts';

const kconfig = new Map([['CONFIG_A', 'y'], ['CONFIG_B', 'm'], ['CONFIG_HZ', '250'], ['CONFIG_LSM', '"landlock,bpf"'], ['CONFIG_OFF', 'n'], ['CONFIG_EMPTY', '""']]);

describe('unmetConfig', () => {
  it.each<[readonly string[], string | undefined]>([
    [[], undefined],
    [['CONFIG_A', 'CONFIG_B', 'CONFIG_A=y', 'CONFIG_B=m', 'CONFIG_HZ=250', 'CONFIG_LSM=landlock,bpf', 'CONFIG_LSM="landlock,bpf"', 'CONFIG_OFF=n', 'CONFIG_NONE=n'], undefined],
    [['CONFIG_B=y'], 'needs CONFIG_B=y (is m)'],
    [['CONFIG_NONE', 'CONFIG_A', 'CONFIG_OFF', 'CONFIG_HZ=1000'], 'needs CONFIG_NONE (not set), CONFIG_OFF (not set), CONFIG_HZ=1000 (is 250)'],
    [['CONFIG_HZ'], 'needs CONFIG_HZ (is 250)'],
    [['CONFIG_A=n'], 'needs CONFIG_A=n (is y)'],
  ])('%j: %s', (config, expected) => {
    expect(unmetConfig(NeedsSchema.parse({ config }), kconfig)).toBe(expected);
  });
});

describe('unmetRelease and unmetArch', () => {
  it('say what is needed and what is there', () => {
    const needs = NeedsSchema.parse({ kernel: '>=5.10', arch: ['x86_64', 'arm64'] });
    expect(unmetRelease(needs, '4.19')).toBe('needs kernel >=5.10, this is 4.19');
    expect(unmetRelease(needs, '6.1')).toBeUndefined();
    expect(archs.map((arch) => unmetArch(needs, arch))).toEqual([undefined, undefined, 'needs x86_64 or arm64, this is arm']);
  });

  it('ask for nothing where nothing is needed', () => {
    const needs = NeedsSchema.parse({});
    expect([unmetRelease(needs, 'anything'), ...archs.map((arch) => unmetArch(needs, arch))]).toEqual([undefined, undefined, undefined, undefined]);
  });
});
