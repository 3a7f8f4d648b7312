// harness.config.ts: what the whole project says about its matrix.
import * as z from 'zod';
import { bootMedia, TimeoutsSchema } from './case.ts';
import { GithubSchema } from './github.ts';
import { HistorySettingsSchema } from './history.ts';
import { ProjectKnownSchema } from './known.ts';
import { startModes } from './start.ts';
import { Duration, Size } from './units.ts';

const RuleSchema = z
  .strictObject({
    case: z.string().optional().describe('glob over case names'),
    kernel: z.string().optional().describe('glob over kernel names'),
    arch: z.string().optional().describe('architecture, or glob over their names'),
    label: z.string().optional().describe('glob over labels of the case'),
  })
  .refine((rule) => Object.values(rule).some((value) => value !== undefined), 'expected at least one of case, kernel, arch, label');
export type Rule = z.infer<typeof RuleSchema>;

// A number counts bytes: who means 20G and writes 20 would have an empty cache after each run.
const Room = Size.refine((bytes) => bytes >= 1024 ** 2, 'expected a size of at least 1M, such as 20G');

/** A cell is a kernel and an initrd: formats whose root file system is a part of its own are not among them. */
export const runnerFormats = [...bootMedia, 'gcp', 'vhd', 'vmdk'] as const;

const RunnerSchema = z
  .strictObject({
    type: z.literal('exec'),
    command: z.array(z.string()).min(1).describe('program that boots the files and prints the console on its standard output; {kernel} {initrd} {cmdline} {image} {arch} {cell} {name} {memory} {cpus} {folder} are replaced, and are in the environment as KIT_TEST_KERNEL and so on'),
    cleanup: z.array(z.string()).min(1).optional().describe('program that is run after each boot, however it ended; the same words are replaced'),
    cleanupTimeout: Duration.refine((ms) => ms > 0, 'expected a duration longer than nothing').default(60_000).describe('how long the clean-up may take'),
    format: z.enum(runnerFormats).default('kernel+initrd').describe('what is built for it, as by `kit-test build`; kernel and initrd, or one file that boots by itself'),
    arch: z.array(z.string()).min(1).optional().describe('architectures it boots; QEMU boots the others. Default: all'),
  })
  .describe('a command that boots cells instead of QEMU: a cloud, a lab, another virtual machine monitor');
/** The words that are replaced in the commands of a runner. */
export const runnerWords = ['kernel', 'initrd', 'cmdline', 'image', 'arch', 'cell', 'name', 'memory', 'cpus', 'folder'] as const;
export type RunnerWord = (typeof runnerWords)[number];

export type RunnerSpec = z.output<typeof RunnerSchema>;

export const HarnessSchema = z
  .strictObject({
    cases: z.string().default('cases').describe('folder of the cases'),
    kernels: z.string().default('kernels').describe('folder of the kernels'),
    matrix: z
      .strictObject({
        kernels: z.array(z.string()).min(1).optional().describe('names or globs; default: all of the kernels folder'),
        arch: z.array(z.string()).min(1).optional().describe('default: every architecture that some kernel has'),
        include: z.array(RuleSchema).default([]).describe('cells added although kernels or arch leave them out'),
        exclude: z.array(RuleSchema).default([]).describe('cells taken out, whatever added them'),
      })
      .prefault({})
      .describe('which kernels and architectures cases run on'),
    defaultKernel: z.string().optional().describe('kernel of `kit-test run CASE` and `exec`; default: the newest of the matrix that is not labelled unstable'),
    timeouts: TimeoutsSchema.prefault({}).describe('defaults of all cases: boot 60s, silence 60s, total 120s'),
    tcgScale: z.number().min(1).max(20).optional().describe("stretches time limits under TCG; default: each architecture's own factor"),
    diagnose: z.boolean().default(true).describe('ask a guest that went silent, over a limit or over the deadline of a dialog why, before it is ended: its CPUs by QEMU, its kernel by magic SysRq; 10 s at most'),
    known: z.array(ProjectKnownSchema).default([]).describe('failures that are expected in several cases'),
    retries: z.int().min(0).max(10).default(0).describe('further attempts after a failure, for cases that do not say'),
    concurrency: z.int().min(1).optional().describe('boots at once; default: by CPUs and memory of the host'),
    accel: z.enum(['auto', 'kvm', 'hvf', 'tcg']).default('auto').describe('what runs guests; auto: hardware where it really works, else tcg'),
    start: z.enum(startModes).default('auto').describe('how guests get to their user space, for cases that do not say: auto, cold, warm or both, as `start` of a case'),
    reporters: z.array(z.string()).default(['terminal', 'junit', 'tap', 'json', 'html']).describe('how runs are shown and written'),
    github: GithubSchema.prefault({}),
    consoleLimit: z.int().min(4096).default(16 * 1024 * 1024).describe('bytes of console kept per cell; beyond it head and tail'),
    apt: z
      .strictObject({
        mirror: z.url().optional().describe("Debian archive; default: the one in this machine's apt configuration"),
        keyring: z.string().optional().describe('file with the keys that sign it'),
        suite: z.string().default('trixie').describe('suite of apt: images'),
      })
      .prefault({})
      .describe('where packages come from'),
    images: z
      .strictObject({
        mirrors: z
          .record(z.string(), z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }))
          .default({})
          .describe('registry to the address that serves it, such as { "docker.io": "https://mirror.example/hub" }; "*" for all. The registry itself is asked where a mirror fails'),
        insecure: z.array(z.string().regex(/^[^/\s]+$/, 'expected a host or host:port')).default([]).describe('registries (host or host:port) that may be read by plain HTTP; loopback always may'),
        ca: z.array(z.string()).default([]).describe('PEM files of certificate authorities to trust besides the known ones, relative to the project'),
      })
      .prefault({})
      .describe('where image references are looked up'),
    runner: RunnerSchema.optional().describe('what boots the built files; default: QEMU on this machine'),
    price: z.strictObject({ perMinute: z.number().min(0).describe('of the machine that runs kit-test'), currency: z.string().min(1).max(10).default('USD').describe('how the sum is named') }).optional().describe('what a minute of a machine costs: reports then say what a run did'),
    output: z.string().default('.kit-test').describe('folder of runs'),
    history: HistorySettingsSchema,
    cache: z.string().optional().describe('default: $KIT_TEST_CACHE, or kit-test in the cache folder of the user'),
    cacheLimit: Room.optional().describe('what the cache may take on disk, such as 20G: after a run the longest unused is removed; default: no limit'),
    templateLimit: Room.default(8 * 1024 ** 3).describe('what memory snapshots of booted guests may take of it; default 8G'),
    graceAfterDecision: Duration.optional().describe('how long a guest may go on after its verdict is certain; default 3s'),
  })
  .describe('configuration of a kit-test project');

/** What users write. */
export type HarnessConfig = z.input<typeof HarnessSchema>;
/** What the code sees: every default filled in. */
export type Harness = z.output<typeof HarnessSchema>;
