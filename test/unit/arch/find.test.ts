import { describe, expect, it } from 'vitest';
import { findArch, loadArchs, lookUpArch } from '../../../src/arch/index.ts';
import { UsageError } from '../../../src/model/errors.ts';

const archs = await loadArchs();

describe('architectures', () => {
  it('are the files of their folder, sorted', () => {
    expect(archs.map((arch) => arch.name)).toEqual(['aarch64', 'arm', 'riscv64', 'x86_64']);
  });

  it.each([
    ['x86_64', 'x86_64'],
    ['amd64', 'x86_64'],
    ['AMD64', 'x86_64'],
    ['x64', 'x86_64'],
    ['arm64', 'aarch64'],
    ['arm/v7', 'arm'],
    ['armhf', 'arm'],
    ['armv7l', 'arm'],
    ['rv64', 'riscv64'],
  ])('understand %s as %s', (name, expected) => {
    expect(findArch(archs, name).name).toBe(expected);
  });

  it.each([
    ['arm46', 'did you mean "arm64"?'],
    ['x86_46', 'did you mean "x86_64"?'],
    ['sparc', 'x86_64, amd64'],
  ])('refuse %s with the choices', (name, hint) => {
    expect(lookUpArch(archs, name)).toBeUndefined();
    try {
      findArch(archs, name);
      expect.fail('accepted');
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      expect(error).toMatchObject({ code: 'ARCH_UNKNOWN', hint: expect.stringContaining(hint) as string });
    }
  });
});
