// A test case as it is written in cases/NAME/case.yaml.
import * as z from 'zod';
import { DialogSchema } from './dialog.ts';
import { ResultCountSchema, TestDurationSchema } from './expectation.ts';
import { KernelArgument } from './kernel.ts';
import { KnownSchema } from './known.ts';
import { PatternSchema } from './pattern.ts';
import { protocols, type Protocol } from './protocol.ts';
import { Duration, Size } from './units.ts';
import { startModes } from './start.ts';

const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)]);

const defaultArtifactsLimit = 16 * 1024 * 1024;

export const ExpectSchema = z
  .strictObject({
    protocol: z.enum([...protocols, 'none']).optional().describe('how results are told on the console; builtin:init prints KTAP. Default: ktap unless `pass`, `crash` or `dialog` is given without `results`'),
    pass: oneOrMore(PatternSchema).optional().describe('all of these must appear'),
    fail: oneOrMore(PatternSchema).optional().describe('none of these may appear'),
    ordered: z.boolean().default(false).describe('the `pass` patterns must appear in the order they are written'),
    crash: z.union([z.literal(true), PatternSchema]).optional().describe('the kernel must crash, with a title that matches'),
    dialog: DialogSchema.optional(),
    exit: z.int().min(0).max(255).optional().describe('exit status of the script, of the command of `run`, or else of the last entry of onboot: this one alone is good. builtin:init tells it; 125 means that a container could not be started'),
    duration: TestDurationSchema.optional(),
    results: ResultCountSchema.optional(),
  })
  .describe('what proves that the case passed');
export type Expect = z.infer<typeof ExpectSchema>;

/** Which protocol an expectation reads from the console: KTAP, unless patterns, a crash or a dialog are all that was asked for. */
export function protocolOf(expect: Expect): Protocol | 'none' {
  const asksElse = expect.pass !== undefined || expect.crash !== undefined || expect.dialog !== undefined;
  return expect.protocol ?? (asksElse && expect.results === undefined ? 'none' : 'ktap');
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
    os: z.array(z.enum(['linux', 'darwin'])).min(1).optional().describe('systems that a `script` runs on'),
  })
  .describe('what the case cannot do without; where it is missing the cell is skipped with that reason');
export type Needs = z.infer<typeof NeedsSchema>;

export const RunSchema = z
  .strictObject({
    command: z.array(z.string().regex(/^[^\0]*$/, 'expected text without NUL')).min(1).describe('command and arguments, run by builtin:init. With a `probe` it is a service: asked while it runs, good while it has not failed'),
    copy: z.array(z.string()).default([]).describe('files and folders put under /work, relative to the case; {arch} is replaced'),
    env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable'), z.string()).default({}).describe('environment of the command'),
  })
  .describe('a command instead of an image: boots a small built-in image and takes the exit status as the result');

const ScriptMapping = z.strictObject({
  file: z.string().min(1).describe('the script, relative to the case; /bin/sh runs it in its own folder'),
  root: z.string().min(1).optional().describe('RT_PROJECT_ROOT, relative to the case: where scripts find what they share. Default: the folder of the cases'),
  before: z.string().min(1).optional().describe("a script relative to the case, as rtf's pre-test.sh: run before the script with the case's name; where it fails, the case does"),
  after: z.string().min(1).optional().describe("a script relative to the case, as rtf's post-test.sh: run after the script with the case's name and 0 for a pass, 1 for a failure, 3 for a cancelled one; where it fails, the case does"),
  repeat: z.int().min(1).max(1000).default(1).describe('run it so many times, one after the other; the first that fails ends it. The total limit holds for each'),
});

export const ScriptSchema = z
  .union([z.string().min(1).transform((file) => ScriptMapping.parse({ file })), ScriptMapping], 'expected the path of a script, or a mapping with `file`')
  .describe("a script that runs on this machine instead of a guest, as rtf's test.sh: one cell, for all kernels. Its exit status decides: 0 is a pass, 253 a skip");
export type Script = z.output<typeof ScriptSchema>;

const AbsolutePath = z.string().regex(/^\/[^\0\n]*$/, 'expected an absolute path in the guest');

const Port = z.int().min(1).max(65535);

/** One step of a TCP dialogue: what is sent, then what must come back. */
const ProbeStepSchema = z
  .strictObject({
    send: z.string().optional().describe('text to send; write \\r\\n in double quotes'),
    expect: PatternSchema.optional().describe('what must have come back since the last `send` before the next step is taken'),
  })
  .refine((step) => step.send !== undefined || step.expect !== undefined, 'expected send, expect, or both');

/** `{port:N}` in a word of a probe's command. */
export const portWord = /\{port:([^}]*)\}/g;

const CommandWord = z.string().superRefine((word, context) => {
  for (const [, port = ''] of word.matchAll(portWord)) {
    if (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65535) context.addIssue({ code: 'custom', message: `expected {port:N} with a port of the guest from 1 to 65535` });
  }
});

export const ProbeSchema = z
  .strictObject({
    name: z.string().min(1).regex(/^[^\0-\x1f\x7f]*$/, 'expected one line of text').optional().describe('name of the result; default: what is asked'),
    http: z
      .strictObject({
        port: Port.describe('port in the guest'),
        path: z.string().regex(/^\/[^\s]*$/, 'expected a path that begins with / and has no blanks').default('/'),
        method: z.string().regex(/^[A-Z]+$/, 'expected a method in capitals, such as POST').default('GET'),
        headers: z.record(z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'expected the name of a header'), z.string().regex(/^[^\0\r\n]*$/, 'expected one line of text')).default({}),
        send: z.string().optional().describe('body of the request'),
        status: z.int().min(100).max(599).default(200).describe('redirects are not followed: their own status is taken'),
        body: PatternSchema.optional().describe('what the answer must hold, in its first 1M'),
      })
      .optional()
      .describe('an HTTP request to the guest'),
    tcp: z.strictObject({ port: Port.describe('port in the guest'), dialogue: z.array(ProbeStepSchema).min(1).refine((steps) => steps.some(({ expect }) => expect !== undefined), 'expected a step with `expect`: a connection alone proves nothing, for QEMU accepts it before the guest does') }).optional().describe('a dialogue over a TCP connection to the guest'),
    command: z.array(CommandWord).min(1).optional().describe("a program of this machine, run in the case's folder; {port:N} stands for 127.0.0.1's port that leads to port N of the guest. Its exit status 0 is a success"),
    deadline: Limit.default(30_000).describe('until when it must have succeeded, counted from when the guest is ready and the probes before it have succeeded; stretched under TCG'),
    interval: Limit.default(500).describe('pause between tries'),
  })
  .superRefine((probe, context) => {
    if ([probe.http, probe.tcp, probe.command].filter((way) => way !== undefined).length !== 1) context.addIssue({ code: 'custom', message: 'expected exactly one of http, tcp, command' });
  })
  .describe('asks the running guest from outside; retried until it succeeds or its deadline has come. Several are asked one after the other');
export type Probe = z.infer<typeof ProbeSchema>;

/** Media a cell can boot from; all but the first are files that firmware reads. */
export const bootMedia = ['kernel+initrd', 'iso-bios', 'iso-efi', 'raw-bios', 'raw-efi', 'qcow2-bios', 'qcow2-efi'] as const;
export type BootMedium = (typeof bootMedia)[number];

const DriveSchema = z.strictObject({
  source: z.string().min(1).describe('folder of this machine, relative to the case; {arch} is replaced'),
  mount: AbsolutePath.describe('where the guest sees it'),
  format: z.enum(['squashfs', 'erofs']).default('squashfs').describe('file system of the drive; the kernel must know it, as module or built in'),
});

export const ArtifactsSchema = z
  .union([
    z.array(AbsolutePath).min(1).transform((paths) => ({ paths, limit: defaultArtifactsLimit })),
    z.strictObject({ paths: z.array(AbsolutePath).min(1), limit: Size.refine((bytes) => bytes <= 64 * 1024 ** 3, 'expected a size of at most 64G').default(defaultArtifactsLimit).describe('bytes of all together') }),
  ])
  .describe("files and folders of the guest (globs allowed) that are copied into the cell's folder, also after a failure");

/** cases/NAME/case.yaml */
export const CaseFileSchema = z
  .strictObject({
    summary: z.string().min(1).describe('what the case shows, one line'),
    labels: z.array(z.string().min(1)).default([]).describe('words to select cases by'),
    image: z.string().min(1).optional().describe('LinuxKit YAML, relative to the case. Default: image.yml'),
    run: RunSchema.optional(),
    script: ScriptSchema.optional(),
    group: z.union([z.string().min(1).transform((path) => [path]), z.array(z.string().min(1)).min(1)]).optional().describe('scripts such as group.sh, relative to the case, the outermost first: each is run with `init` before the first of all cells that name it, and with `deinit` after the last'),
    expect: oneOrMore(ExpectSchema).optional().describe('default: { protocol: ktap }; of a `script` its exit status 0'),
    needs: NeedsSchema.prefault({}),
    modules: z.array(z.string().min(1)).default([]).describe('kernel modules, with their dependencies: put into the image and loaded before its entries run'),
    timeouts: TimeoutsSchema.prefault({}),
    memory: Size.refine((bytes) => bytes >= 32 * 1024 ** 2 && bytes <= 1024 ** 4, 'expected a size from 32M to 1024G').optional().describe('guest memory, such as 512M or 2G. Default: what the image needs, 512M at least'),
    cpus: z.int().min(1).max(64).default(1).describe('virtual CPUs of the guest'),
    network: z.boolean().default(false).describe("a virtio network card on QEMU's user network, which cannot reach the host's network unless allowed"),
    boot: z.union([z.enum(bootMedia).transform((medium) => [medium]), z.array(z.enum(bootMedia)).min(1)]).default(['kernel+initrd']).describe('media to boot from; several make a cell for each. A medium that an architecture has no firmware for has no cell there'),
    start: z.enum(startModes).optional().describe('cold: its kernel boots, for a case that tests booting; warm: it goes on from a guest of the same kernel that has booted and waits; auto: warm where that is sound and pays off; both: either way, and the verdicts must be equal. Default: what the project says'),
    drives: z.array(DriveSchema).default([]).describe('folders of this machine as read-only drives, for what is too big for memory'),
    probe: z.union([ProbeSchema.transform((probe) => [probe]), z.array(ProbeSchema).min(1)]).optional().describe('asks the services of the guest from this machine; part of the verdict'),
    artifacts: ArtifactsSchema.optional(),
    results: z.enum(['console', 'port']).default('console').describe('port: what builtin:init tells of results goes over a virtio-serial port too, where no line of the kernel can cut into it, and is judged as it comes there. A guest without such a device, and one that a runner boots, tells them on the console alone'),
    diagnose: z.boolean().optional().describe('ask a guest that hangs why, before it is ended. Default: what the project says'),
    known: z.array(KnownSchema).default([]).describe('failures that are expected on some kernels and architectures'),
    retries: z.int().min(0).max(10).optional().describe('further attempts after a failure; a pass then is flaky'),
    cmdline: z.array(KernelArgument).default([]).describe('further kernel arguments'),
  })
  .describe('one test case');
export type CaseFile = z.infer<typeof CaseFileSchema>;

/** Where a case is written, for who follows a report to it. */
export interface CaseSource {
  /** case.yaml, relative to the project's folder, with `/` on every system. */
  readonly file: string;
  /** The line that says what runs; from 1. */
  readonly line: number;
}

/** A test case; its name is its folder's name. It has one of `run`, `script` and `image`. */
export interface Case extends Omit<CaseFile, 'expect'> {
  readonly name: string;
  /** Absolute path of the case's folder. */
  readonly dir: string;
  /** Absolute path of case.yaml. */
  readonly file: string;
  /** Undefined for a command that is no case, as of `kit-test exec`. */
  readonly source?: CaseSource;
  /** Never empty; all must hold. `protocol` is always filled in. */
  readonly expect: readonly Expect[];
}
