// `known`: failures that are expected on some kernels and architectures until somebody repairs them.
import * as z from 'zod';
import { PatternSchema } from './pattern.ts';

const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item.transform((one) => [one]), z.array(item).min(1)]);

const Name = z.string().min(1);

/** Kinds of verdict that may be known: an error is our own, and a skip is no failure. */
const knowableVerdicts = ['fail', 'crash', 'timeout'] as const;
export type KnowableVerdict = (typeof knowableVerdicts)[number];

const shape = {
  kernel: oneOrMore(Name).optional().describe('globs over kernel names, or version ranges such as ">=6.9". Default: all'),
  arch: oneOrMore(Name).optional().describe('architectures, by any of their names, or globs. Default: all'),
  medium: oneOrMore(Name).optional().describe('globs over boot media. Default: all'),
  result: PatternSchema.optional().describe('results that fail: a name, or the end, the middle or the whole of a path, such as `outer > inner`, with all that is below it; or /regular expression/ over the path. Only these are known: every other failure still fails'),
  crash: PatternSchema.optional().describe('kernel failures whose title has this text, or matches /regular expression/. Only these are known'),
  verdict: oneOrMore(z.enum(knowableVerdicts)).optional().describe('the whole cell fails, crashes or times out. Default, without `result` and `crash`: any of them'),
  sometimes: z.boolean().default(false).describe('it does not fail always: that it passes is fine too'),
  reason: z.string().min(1).describe('why it fails, for who reads the report'),
  link: z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).optional().describe('where it is being worked on'),
};

const oneWhat = ({ result, crash, verdict }: { readonly result?: unknown; readonly crash?: unknown; readonly verdict?: unknown }): boolean =>
  [result, crash, verdict].filter((what) => what !== undefined).length <= 1;
const oneWhatText = 'expected at most one of result, crash, verdict: an entry for each';

export const KnownSchema = z.strictObject(shape).refine(oneWhat, oneWhatText).describe('a failure that is expected: shown, but the run does not fail by it. Once it no longer fails, the cell does');
/** An entry that some cell falls under. */
export type KnownFailure = z.output<typeof KnownSchema>;

export const ProjectKnownSchema = z
  .strictObject({ case: oneOrMore(Name).optional().describe('globs over case names. Default: all'), ...shape })
  .refine(oneWhat, oneWhatText)
  .describe('a failure that is expected in several cases: shown, but the run does not fail by it. Once it no longer fails, the cell does');
export type ProjectKnown = z.output<typeof ProjectKnownSchema>;

/** Kernels are named by globs; what has a comparison in it is a range of versions. */
export const isVersionRange = (text: string): boolean => /^\s*[<>=]|\|\|/.test(text);
