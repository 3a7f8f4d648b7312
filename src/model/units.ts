// Durations and sizes as people write them.
import * as z from 'zod';

export { formatDuration, formatSize } from './format.ts';

const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 24 * 3_600_000 } as const;
const sizeUnits = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 } as const;

export const durationText = 'expected a duration such as 500ms, 90s, 2m or 1h';
// A day, so that no limit, stretched for TCG, exceeds what a timer can hold (2^31 ms).
const longestMs = durationUnits.d;

const toMs = (text: string): number => {
  const [, value = '0', , unit = 's'] = /^(\d+(\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  return Math.round(Number(value) * durationUnits[unit as keyof typeof durationUnits]);
};

/** `500ms`, `90s`, `2m`, `1h`; in code milliseconds. */
export const Duration = z
  .string(durationText)
  .regex(/^\d+(\.\d+)?(ms|s|m|h)$/, durationText)
  .transform(toMs)
  .refine((ms) => ms <= longestMs, 'expected a duration of at most 24h');

const ageText = 'expected a time such as 90m, 12h or 30d';

/** `90m`, `12h`, `30d`: how long ago something was; in code milliseconds. */
export const Age = z.string(ageText).regex(/^\d+(\.\d+)?(s|m|h|d)$/, ageText).transform(toMs);

const sizeText = 'expected a size such as 512M or 2G';

/** `512M`, `2G`; in code bytes. A bare number counts bytes. */
export const Size = z
  .union([z.int(sizeText).positive(sizeText), z.string().regex(/^\d+(\.\d+)?[KMG]$/, sizeText)], sizeText)
  .transform((value): number => {
    if (typeof value === 'number') return value;
    return Math.round(Number(value.slice(0, -1)) * sizeUnits[value.slice(-1) as keyof typeof sizeUnits]);
  });
