// Small pure parts: Kconfig text and the succession of kernel packages.
import { expect, it } from 'vitest';
import { parseKconfig } from '../../../src/kernel/kconfig.ts';
import { newestOfSeries } from '../../../src/kernel/series.ts';

it('reads Kconfig values of every kind', () => {
  const text = '#\n# Linux\n#\nCONFIG_A=y\nCONFIG_B=m\r\n# CONFIG_C is not set\nCONFIG_D="a \\"b\\" c"\nCONFIG_E=0x10\nCONFIG_F=""\n# CONFIG_G is fine\nnoise\n';
  expect([...parseKconfig(text)]).toEqual([['CONFIG_A', 'y'], ['CONFIG_B', 'm'], ['CONFIG_C', 'n'], ['CONFIG_D', 'a "b" c'], ['CONFIG_E', '0x10'], ['CONFIG_F', '']]);
});

const names = [
  'linux-image-6.1.0-9-cloud-amd64', 'linux-image-6.1.0-50-cloud-amd64', 'linux-image-6.1.0-50-cloud-amd64-dbg', 'linux-image-6.1.0-51-cloud-amd64-unsigned',
  'linux-image-6.1.0-52-amd64', 'linux-image-6.12.9+deb13-cloud-amd64', 'linux-image-6.12.107+deb13-cloud-amd64', 'linux-image-6.12.107+deb13.1-cloud-amd64', 'linux-image-amd64',
];

it.each([
  ['linux-image-6.1.0-18-cloud-amd64', 'linux-image-6.1.0-50-cloud-amd64'],
  ['linux-image-6.1.0-18-amd64', 'linux-image-6.1.0-52-amd64'],
  ['linux-image-6.12.5+deb13-cloud-amd64', 'linux-image-6.12.107+deb13.1-cloud-amd64'],
  ['linux-image-5.10.0-1-cloud-amd64', undefined],
  ['linux-image-amd64', undefined],
  ['something-else', undefined],
])('lets %s be followed by %s', (wanted, expected) => {
  expect(newestOfSeries(wanted, names)).toBe(expected);
});
