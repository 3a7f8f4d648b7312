// What a case may expect besides lines, results and crashes: how long its test part takes, and how many results come.
import * as z from 'zod';
import { Duration, durationText } from './units.ts';

const Span = Duration.refine((ms) => ms > 0, 'expected a duration longer than nothing');

/** A single duration is the longest one; in code milliseconds. */
export const TestDurationSchema = z
  .union([
    Span.transform((max) => ({ min: undefined, max })),
    z
      .strictObject({
        min: Span.optional().describe('not sooner; not stretched, for a guest that is emulated only takes longer'),
        max: Span.optional().describe('not later, on a fast machine; stretched under TCG as time limits are'),
      })
      .refine(({ min, max }) => min !== undefined || max !== undefined, 'expected min, max, or both')
      .refine(({ min = 0, max = Infinity }) => min <= max, 'expected min not to be longer than max'),
  ], `${durationText}, or a mapping with min, max or both`)
  .describe('how long the test part takes: from user space to when all that is expected has come. One value is `max`. Of a saved console it is judged by the console.times beside it');

const Count = z.int().min(1);

/** A single number is the least. */
export const ResultCountSchema = z
  .union([
    Count.transform((min) => ({ min, max: undefined })),
    z
      .strictObject({
        min: Count.optional().describe('at least so many'),
        max: Count.optional().describe('at most so many'),
      })
      .refine(({ min, max }) => min !== undefined || max !== undefined, 'expected min, max, or both')
      .refine(({ min = 0, max = Infinity }) => min <= max, 'expected min not to be more than max'),
  ])
  .describe('how many results the guest gives: the innermost ones, whatever they say, but for skips and announced ones that never came. One value is `min`. A guest that has given so many is ended before its time limit only where KTAP has told all it planned: any later result may fail');
