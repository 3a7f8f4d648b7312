import { describe, expect, it } from 'vitest';
import { resolveLimits } from '../../../src/config/resolve.ts';

describe('resolveLimits', () => {
  it.each<[string, Parameters<typeof resolveLimits>, readonly number[]]>([
    ['takes the defaults', [{ timeouts: {} }, { timeouts: {} }, { tcgScale: 3 }, 'kvm'], [60_000, 60_000, 120_000]],
    ['prefers the case to the project, the project to the defaults', [{ timeouts: { boot: 1000 } }, { timeouts: { boot: 2000, silence: 3000 } }, { tcgScale: 3 }, 'hvf'], [1000, 3000, 120_000]],
    ["stretches by the architecture's factor under TCG", [{ timeouts: { boot: 1001 } }, { timeouts: {} }, { tcgScale: 2.5 }, 'tcg'], [2503, 150_000, 300_000]],
    ["prefers the project's factor", [{ timeouts: {} }, { timeouts: {}, tcgScale: 2 }, { tcgScale: 5 }, 'tcg'], [120_000, 120_000, 240_000]],
  ])('%s', (_title, args, [bootMs, silenceMs, totalMs]) => {
    expect(resolveLimits(...args)).toEqual({ bootMs, silenceMs, totalMs });
  });
});
