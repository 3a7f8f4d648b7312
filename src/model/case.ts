// A test case as it is written in cases/NAME/case.yaml.
import * as z from 'zod';
import { KernelArgument } from './kernel.ts';
import { Duration, Size } from './units.ts';

const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)]);

/** Text that must occur in a console line, or `/regular expression/flags` (flags: i, u). */
export const PatternSchema = z.string().min(1).superRefine(checkExpression).describe('text to find in a console line, or /regular expression/');

/** Says what is wrong with a regular expression, in the words of the JavaScript engine. */
function checkExpression(pattern: string, context: z.RefinementCtx): void {
  const [, source, flags] = /^\/(.+)\/([iu]*)$/s.exec(pattern) ?? [];
  if (source === undefined) return;
  try {
    new RegExp(source, flags);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `expected a regular expression between the slashes (${error instanceof Error ? error.message : String(error)})` });
  }
}

export const ExpectSchema = z
  .strictObject({
    protocol: z.enum(['ktap', 'none']).optional().describe('read results from the console; builtin:init prints KTAP. Default: ktap unless `pass` or `crash` is given'),
    pass: oneOrMore(PatternSchema).optional().describe('all of these must appear'),
    fail: oneOrMore(PatternSchema).optional().describe('none of these may appear'),
    ordered: z.boolean().default(false).describe('the `pass` patterns must appear in the order they are written'),
    crash: z.union([z.literal(true), PatternSchema]).optional().describe('the kernel must crash, with a title that matches'),
  })
  .describe('what proves that the case passed');
export type Expect = z.infer<typeof ExpectSchema>;

/** Which protocol an expectation reads from the console: KTAP, unless patterns or a crash are all that was asked for. */
export function protocolOf(expect: Expect): 'ktap' | 'none' {
  return expect.protocol ?? (expect.pass === undefined && expect.crash === undefined ? 'ktap' : 'none');
}

const Limit = Duration.refine((ms) => ms > 0, 'expected a duration longer than nothing');

export const TimeoutsSchema = z
  .strictObject({
    boot: Limit.optional().describe('from QEMU start to the first sign of user space'),
    silence: Limit.optional().describe('without a byte on the console'),
    total: Limit.optional().describe('from QEMU start to its end'),
  })
  .describe('limits on a fast machine; stretched under TCG');
export type Timeouts = z.infer<typeof TimeoutsSchema>;

export const NeedsSchema = z
  .strictObject({
    kernel: z.string('expected a version range in quotes, such as ">=5.10 <6.6"').optional().describe('version range, such as ">=5.10 <6.6"'),
    config: z.array(z.string().regex(/^CONFIG_[A-Za-z0-9_]+(=.+)?$/, 'expected CONFIG_NAME (built in or module) or CONFIG_NAME=value')).default([]).describe('Kconfig options: CONFIG_NAME (built in or module) or CONFIG_NAME=value'),
    arch: z.array(z.string()).min(1).optional().describe('architectures, by any of their names'),
  })
  .describe('what the case cannot do without; where it is missing the cell is skipped with that reason');
export type Needs = z.infer<typeof NeedsSchema>;

export const RunSchema = z
  .strictObject({
    command: z.array(z.string().regex(/^[^\0]*$/, 'expected text without NUL')).min(1).describe('command and arguments, run by builtin:init'),
    copy: z.array(z.string()).default([]).describe('files and folders put under /work, relative to the case; {arch} is replaced'),
    env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable'), z.string()).default({}).describe('environment of the command'),
  })
  .describe('a command instead of an image: boots a small built-in image and takes the exit status as the result');

/** cases/NAME/case.yaml */
export const CaseFileSchema = z
  .strictObject({
    summary: z.string().min(1).describe('what the case shows, one line'),
    labels: z.array(z.string().min(1)).default([]).describe('words to select cases by'),
    image: z.string().min(1).optional().describe('LinuxKit YAML, relative to the case. Default: image.yml'),
    run: RunSchema.optional(),
    expect: oneOrMore(ExpectSchema).optional().describe('default: { protocol: ktap }'),
    needs: NeedsSchema.prefault({}),
    modules: z.array(z.string().min(1)).default([]).describe('kernel modules, with their dependencies: put into the image and loaded before its entries run'),
    timeouts: TimeoutsSchema.prefault({}),
    memory: Size.refine((bytes) => bytes >= 32 * 1024 ** 2 && bytes <= 1024 ** 4, 'expected a size from 32M to 1024G').default(512 * 1024 * 1024).describe('guest memory, such as 512M or 2G'),
    cpus: z.int().min(1).max(64).default(1).describe('virtual CPUs of the guest'),
    network: z.boolean().default(false).describe("a virtio network card on QEMU's user network, which cannot reach the host's network unless allowed"),
    retries: z.int().min(0).max(10).optional().describe('further attempts after a failure; a pass then is flaky'),
    cmdline: z.array(KernelArgument).default([]).describe('further kernel arguments'),
  })
  .describe('one test case');
export type CaseFile = z.infer<typeof CaseFileSchema>;

/** A test case; its name is its folder's name. It has either `run` or `image`. */
export interface Case extends Omit<CaseFile, 'expect'> {
  readonly name: string;
  /** Absolute path of the case's folder. */
  readonly dir: string;
  /** Absolute path of case.yaml. */
  readonly file: string;
  /** Never empty; all must hold. `protocol` is always filled in. */
  readonly expect: readonly Expect[];
}
