// Durations, ages and sizes as people write them.
import { describe, expect, it } from 'vitest';
import { Age, Duration, Size } from '../../../src/model/units.ts';

const hour = 3_600_000;

describe.each([
  { name: 'Duration', schema: Duration, good: { '500ms': 500, '1.5s': 1500, '2m': 120_000, '24h': 24 * hour }, bad: ['', '5', '1d', '25h', '-1s', '1 s', 's'] },
  { name: 'Age', schema: Age, good: { '90s': 90_000, '90m': 1.5 * hour, '12h': 12 * hour, '30d': 720 * hour, '0.5d': 12 * hour }, bad: ['', '30', '5ms', '1w', '-1d', '30 d', 'd'] },
  { name: 'Size', schema: Size, good: { '1K': 1024, '512M': 512 * 1024 ** 2, '1.5G': 1.5 * 1024 ** 3 }, bad: ['', '5', '5B', '5MB', '5m', '-1G'] },
])('$name', ({ schema, good, bad }) => {
  it.each(Object.entries(good))('reads %s as %d', (text, value) => {
    expect(schema.parse(text)).toBe(value);
  });

  it.each(bad)('refuses "%s" and says what is expected', (text) => {
    expect(schema.safeParse(text).error?.issues[0]?.message).toMatch(/^expected a (duration|time|size)/);
  });
});
