// An attempt as a schema: the greater part of report.json, and how a pass is kept for later runs. report-schema.ts tells what holds it to its type.
import * as z from 'zod';

export const milliseconds = z.number().min(0);

const howMany = z.int().exactOptional();
const TallySchema = z.object({ pass: howMany, fail: howMany, skip: howMany, xfail: howMany, missing: howMany });

const ResultSchema = z
  .object({
    name: z.string(),
    status: z.enum(['pass', 'fail', 'skip', 'xfail', 'missing']),
    detail: z.string().exactOptional().describe("directive's reason or failing diagnostics"),
    line: z.int().describe('of the console; 0 for a probe, which asks from outside'),
    informative: z.literal(true).exactOptional().describe("the parent's own result decides, not this one"),
    repaired: z.literal(true).exactOptional().describe('the kernel had printed into the line'),
    crashed: z.literal(true).exactOptional().describe('it failed because the kernel crashed in it, which went on: KUnit says so'),
    durationMs: milliseconds.exactOptional().describe('as the test itself measured'),
    get children() {
      return z.array(ResultSchema);
    },
    count: z.int().exactOptional().describe('it stands for so many that were told or announced as a number only'),
    unlisted: TallySchema.exactOptional().describe('results below it that are counted and not among its children, for there were too many'),
  })
  .meta({ id: 'Result', description: 'one result of a test protocol; nested results under their parent' });

export const VerdictSchema = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('pass') }),
    z.object({ kind: z.literal('fail'), reason: z.string(), line: z.int().exactOptional() }).describe('the guest said no'),
    z.object({ kind: z.literal('crash'), title: z.string(), detail: z.string().exactOptional(), line: z.int(), endLine: z.int() }).describe('the kernel said no'),
    z.object({ kind: z.literal('timeout'), phase: z.enum(['boot', 'silence', 'total']), limitMs: milliseconds, reason: z.string(), where: z.string().exactOptional().describe('where it hung') }),
    z
      .object({
        kind: z.literal('error'),
        stage: z.enum(['config', 'kernel', 'image', 'boot', 'console', 'report']),
        reason: z.string(),
        hint: z.string().exactOptional(),
      })
      .describe('our side failed'),
    z.object({ kind: z.literal('skip'), reason: z.string() }),
  ])
  .meta({ id: 'Verdict', description: "what a cell's evidence means; the cell's own is that of its last attempt, or of the first that failed where the run goes in rounds" });

const crash = { title: z.string().describe("in syzkaller's convention, stable across builds"), type: z.string(), function: z.string().exactOptional(), source: z.string().exactOptional().describe('file and line of the function, where a vmlinux with debug information tells') };

const SeenCrashSchema = z
  .object({
    kind: z.literal('crash'),
    ...crash,
    line: z.int(),
    endLine: z.int(),
    startLine: z.int().exactOptional().describe('the line that cuts the report off from what was before, where it is not `line`'),
    panicked: z.boolean(),
    detail: z.string().exactOptional().describe('in words what the title leaves out: how init ended'),
    corrupted: z.boolean().exactOptional().describe('cut off or interleaved'),
    repeated: z.int().exactOptional().describe('so many more of this title came and are not listed'),
    expected: z.literal(true).exactOptional().describe('the case asks for it, or lists it as known'),
  })
  .meta({ id: 'Crash', description: 'a kernel failure as an attempt saw it' });

export const DistinctCrashSchema = z
  .object({
    ...crash,
    count: z.int().min(1).describe('how often it was seen, over all attempts'),
    cells: z.array(z.string()).describe('ids of the cells it hit'),
    expectedIn: z.array(z.string()).exactOptional().describe('those of them whose case expects it'),
    first: z.object({ cell: z.string(), attempt: z.int().min(1), line: z.int(), console: z.string().exactOptional() }).describe('where it was seen first'),
  })
  .meta({ id: 'DistinctCrash', description: 'a kernel failure, by its title, with every cell it hit' });

const RestoredSchema = z.object({ afterMs: milliseconds.describe("after QEMU's start"), bootMs: milliseconds.describe("of the template's own boot") }).meta({ id: 'Restored', description: 'it did not boot but went on from a template' });

const BootResultSchema = z.object({
  exit: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('exited'), code: z.int() }),
    z.object({ kind: z.literal('signalled'), signal: z.string() }),
    z.object({
      kind: z.literal('stopped'),
      why: z.enum(['decided', 'boot-limit', 'silence-limit', 'total-limit', 'interrupted']),
      limitMs: milliseconds.exactOptional(),
    }),
    z.object({ kind: z.literal('failed'), message: z.string(), hint: z.string().exactOptional() }),
  ]),
  durationMs: milliseconds,
  runningMs: milliseconds.exactOptional().describe("from QEMU's start until the guest ran"),
  firstByteMs: milliseconds.exactOptional(),
  userspaceMs: milliseconds.exactOptional(),
  restored: RestoredSchema.exactOptional(),
  shutdown: z.string().exactOptional().describe("QEMU's word for why the guest ended itself"),
  consoleBytes: z.int().min(0).describe('all bytes the guest printed by itself, also those that were not kept'),
  stderr: z.string(),
  command: z.string().exactOptional().describe('the program that ran the machine, where it was not QEMU'),
});

const FunctionName = z.string().exactOptional().describe('of the kernel');
const TaskSchema = z.object({ name: z.string(), pid: z.int().min(0), state: z.string().describe('as ps(1) shows it'), function: FunctionName });

const HangSchema = z
  .object({
    cause: z.enum(['spinning', 'blocked-task', 'waiting-for-input', 'halted', 'idle', 'unknown']),
    where: z.string().exactOptional().describe('in words'),
    task: TaskSchema.exactOptional(),
    function: FunctionName,
    cpus: z.array(z.object({
      cpu: z.int().min(0),
      state: z.enum(['idle', 'user', 'kernel', 'halted', 'unknown']),
      masked: z.boolean().describe('it took no interrupts'),
      pc: z.string().exactOptional().describe('program counter, in hexadecimal'),
      task: z.object({ name: z.string(), pid: z.int().min(0) }).exactOptional(),
      function: FunctionName,
    })),
    blocked: z.array(TaskSchema).describe('tasks whose wait cannot be interrupted'),
    memory: z.string().exactOptional(),
    log: z.string().describe('questions and answers, relative to the run folder'),
    screen: z.string().exactOptional().describe('picture of the display, relative to the run folder'),
    askedMs: milliseconds.describe('not in the duration of the boot'),
    consoleBytes: z.int().min(0).describe('of the console before the first question'),
  })
  .meta({ id: 'Hang', description: 'why a guest hung, where a limit or the deadline of a dialog ended it and it was asked' });

export const KnownSchema = z.object({ reason: z.string(), link: z.string().exactOptional() }).meta({ id: 'Known', description: 'why a failure does not count' });

export const UsageSchema = z.object({ cpuMs: milliseconds.describe('of all processors together'), peakMemoryBytes: z.int().min(0) }).meta({ id: 'Usage' });

export const CachedSchema = z.object({ run: z.string(), at: z.iso.datetime() }).meta({ id: 'Cached', description: 'not run, for an equal cell passed in this earlier run' });

const PhasesSchema = z
  .object({
    kernelMs: milliseconds.exactOptional().describe('finding, fetching and unpacking the kernel'),
    imageMs: milliseconds.exactOptional().describe('making the image, or what a warm start gets in its place'),
    templateMs: milliseconds.exactOptional().describe('waiting for a template or making one; and a start from one that does not count'),
    waitMs: milliseconds.exactOptional().describe('waiting for a free place'),
    startMs: milliseconds.exactOptional().describe('until the guest ran'),
    bootMs: milliseconds.exactOptional().describe('the kernel, until user space'),
    testMs: milliseconds.exactOptional().describe('user space, until all had been said that the case expects'),
    endMs: milliseconds.exactOptional().describe('after that, until QEMU was gone'),
    reportMs: milliseconds.exactOptional().describe('judging and writing'),
  })
  .meta({ id: 'Phases', description: 'where the time of an attempt went, from its begin to its result: they add up to it' });

export const AttemptSchema = z
  .object({
    number: z.int().min(1),
    verdict: VerdictSchema,
    known: KnownSchema.exactOptional(),
    cached: CachedSchema.exactOptional(),
    results: z.array(ResultSchema),
    crashes: z.array(SeenCrashSchema).exactOptional().describe('every kernel failure, in the order of their lines'),
    durationMs: milliseconds,
    prepareMs: milliseconds.describe('spent on kernel and image before QEMU started'),
    phases: PhasesSchema.exactOptional(),
    startedAt: z.string().exactOptional().describe('when the machine was started; ISO 8601, UTC'),
    accel: z.enum(['kvm', 'hvf', 'tcg']).exactOptional(),
    boot: BootResultSchema.exactOptional(),
    warm: z.object({ verdict: VerdictSchema, startedAt: z.string().exactOptional(), durationMs: milliseconds, restored: RestoredSchema, usage: UsageSchema.exactOptional(), console: z.string() }).exactOptional().describe('the same cell when it was started warm, for comparison'),
    console: z.string().exactOptional().describe('relative to the run folder'),
    times: z.string().exactOptional().describe('file with a number for each line of the console: milliseconds from the start of the machine to its first byte'),
    resultsLog: z.string().exactOptional().describe('what came over the port of results, relative to the run folder'),
    qemuCmd: z.string().exactOptional().describe('relative to the run folder'),
    dialog: z
      .array(z.object({
        wait: z.string(),
        status: z.enum(['pass', 'fail', 'missing']).describe('`fail`: its deadline came'),
        durationMs: milliseconds.describe('how long it was waited for'),
        limitMs: milliseconds.describe('its deadline, stretched'),
      }))
      .exactOptional()
      .describe('the steps of the dialog on the console'),
    usage: UsageSchema.exactOptional().describe('what its QEMU took of the machine'),
    probes: z
      .array(z.object({
        name: z.string(),
        asked: z.string(),
        status: z.enum(['pass', 'fail', 'missing']),
        tries: z.int().min(0),
        durationMs: milliseconds,
        last: z.string().exactOptional().describe('what came back last'),
      }))
      .exactOptional(),
    artifacts: z
      .object({ folder: z.string().describe('relative to the run folder'), files: z.array(z.object({ path: z.string(), bytes: z.int().min(0) })) })
      .exactOptional()
      .describe('files brought home from the guest'),
    hang: HangSchema.exactOptional(),
    excerpt: z.array(z.object({ number: z.int(), text: z.string() })).describe('console lines around the reason of the verdict'),
    kernel: z.object({ release: z.string(), digest: z.string(), origin: z.string() }).exactOptional(),
    image: z.object({ digest: z.string(), bytes: z.int().min(0) }).exactOptional(),
    trimmed: z.literal(true).exactOptional().describe('one of many rounds: its files, results and boot were not kept'),
  })
  .meta({ id: 'Attempt', description: 'one try of a cell' });
