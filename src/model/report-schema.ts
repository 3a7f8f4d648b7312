// report.json as a schema: the published form of RunReport. Its test does not compile when the type in report.ts and
// this schema differ, so neither can change alone.
import * as z from 'zod';
import { AttemptSchema, CachedSchema, DistinctCrashSchema, KnownSchema, milliseconds, UsageSchema, VerdictSchema } from './attempt-schema.ts';
import { bootMedia } from './case.ts';
import { CellHistorySchema } from './history.ts';

const number = z.int().min(0);

const RoundsSchema = z
  .object({
    planned: z.int().min(1).exactOptional().describe('missing: as many as it takes'),
    ran: z.int().min(1).describe('the sum of the following four'),
    passed: number,
    failed: number.describe('fail, crash or timeout'),
    errors: number,
    known: number,
    firstFailed: z.int().min(1).exactOptional().describe('the first round that failed; where none did, the first that ended in an error'),
    durationMs: z.object({ min: milliseconds, median: milliseconds, max: milliseconds }),
  })
  .meta({ id: 'Rounds', description: 'how the rounds of a cell ended, where the run goes in rounds; each of its attempts is one' });

const CellResultSchema = z.object({
  id: z.string().describe('CASE/KERNEL/ARCH, with /MEDIUM where the case names several'),
  case: z.string(),
  summary: z.string(),
  labels: z.array(z.string()),
  kernel: z.string(),
  arch: z.string(),
  medium: z.enum(bootMedia).exactOptional().describe('what it booted from, where the case says so'),
  verdict: VerdictSchema,
  known: KnownSchema.exactOptional().describe('the verdict is a failure that the project lists as known: it does not count'),
  cached: CachedSchema.exactOptional(),
  flaky: z.boolean().describe('passed after a failure'),
  rounds: RoundsSchema.exactOptional(),
  history: CellHistorySchema.exactOptional(),
  durationMs: milliseconds,
  repeat: z.string().describe('the command that repeats this cell'),
  source: z.object({ file: z.string(), line: z.int().min(1) }).exactOptional().describe("case.yaml, relative to the project's folder, and its line that says what runs"),
  attempts: z.tuple([AttemptSchema], AttemptSchema).describe('in the order they ran'),
}).meta({ id: 'Cell' });

const HostSchema = z.object({
  os: z.string(),
  arch: z.string(),
  cpus: z.int(),
  memoryBytes: z.number(),
  node: z.string(),
  qemu: z.record(z.string(), z.string()).describe('version for each QEMU binary'),
});

const shardNumber = z.int().min(1);
const plan = z.string().describe('digest of which cell is in which shard');

const TemplateBootSchema = z
  .object({
    kernel: z.string(),
    arch: z.string(),
    startedAt: z.string().describe('ISO 8601 with milliseconds'),
    durationMs: milliseconds.describe('how long it had its place'),
    failed: z.literal(true).exactOptional().describe('it did not become one'),
    usage: UsageSchema.exactOptional(),
  })
  .meta({ id: 'TemplateBoot', description: 'a guest that booted to become a template' });

const CostSchema = z
  .object({
    machineMs: milliseconds.describe('how long machines were in use: that of this run, or those of its parts together'),
    guestMs: milliseconds.describe('all guests, one after the other; those that became templates are among them'),
    cpuMs: milliseconds.exactOptional().describe('what their QEMUs took of processors'),
    peakMemoryBytes: z.int().min(0).exactOptional().describe('the most that one of them had'),
    saved: z.object({ warmMs: milliseconds, cachedMs: milliseconds }).exactOptional().describe('guest time not spent: on kernels that a warm start did not boot, and on cells that were not run again'),
    money: z.object({ amount: z.number().min(0), currency: z.string() }).exactOptional().describe('machine time at the price that the project names'),
  })
  .meta({ id: 'Cost', description: 'what the run took of its machines' });

const MergedSchema = z.object({
  plan,
  count: shardNumber,
  parts: z.array(z.object({ shard: shardNumber, id: z.string(), host: HostSchema, startedAt: z.string(), durationMs: milliseconds, interrupted: z.boolean() })).describe('by the number of their shard'),
  missing: z.array(shardNumber).describe('shards whose cells nobody ran'),
});

export const RunReportSchema = z
  .object({
    schema: z.literal(1).describe('version of this format'),
    id: z.string(),
    tool: z.object({ name: z.literal('kit-test'), version: z.string() }),
    host: HostSchema,
    command: z.array(z.string()),
    startedAt: z.string().describe('ISO 8601, UTC'),
    durationMs: milliseconds,
    startupMs: milliseconds.exactOptional().describe('before it began: reading the configuration, opening cache and history'),
    interrupted: z.boolean(),
    shard: z.object({ index: shardNumber, count: shardNumber, plan }).exactOptional().describe('which part of the matrix this is, where it is not all of it'),
    merged: MergedSchema.exactOptional().describe('what it was put together from, where shards ran by themselves'),
    rounds: z
      .object({
        planned: z.int().min(1).exactOptional().describe('so many at most'),
        untilFail: z.literal(true).exactOptional().describe('none begins once a cell has failed'),
        forMs: milliseconds.exactOptional().describe('none begins after this time'),
      })
      .exactOptional()
      .describe('the run went over its cells in rounds'),
    templates: z.array(TemplateBootSchema).exactOptional().describe('guests that took a place to become templates, for no cell alone'),
    cost: CostSchema.exactOptional(),
    exitCode: z.int(),
    totals: z
      .object({ total: number, pass: number, fail: number, crash: number, timeout: number, error: number, skip: number, known: number, flaky: number, cached: number.default(0) })
      .describe('the verdicts and known add up to total: a known failure is counted there alone; flaky and cached cells are counted under pass too'),
    notices: z.array(z.string()),
    crashes: z.array(DistinctCrashSchema).describe('each kernel failure of the run once'),
    cells: z.array(CellResultSchema).describe('one for each cell of the matrix, in matrix order'),
  })
  .describe('everything that is known about a run of kit-test');
