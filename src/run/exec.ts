// `kit-test exec`: a command in a small built-in image on some kernels; the same thing as a case with `run:`.
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import PQueue from 'p-queue';
import type { Accel } from '../model/arch.ts';
import type { Case } from '../model/case.ts';
import { cellFolder, type Cell } from '../model/cell.ts';
import type { Progress } from '../model/events.ts';
import type { Project } from '../model/project.ts';
import type { Attempt } from '../model/report.ts';
import type { StartMode } from '../model/start.ts';
import { createRawOutput } from '../console/raw-output.ts';
import { attemptFiles } from '../report/layout.ts';
import { attemptCell, type AttemptProgress } from './cell/attempt.ts';
import { readyBoot } from './cell/boot.ts';
import { defaultConcurrency } from './host.ts';
import { createMemoryGate } from './cell/memory-gate.ts';
import type { Prepared } from './cell/prepare.ts';
import { openPipeline } from './pipeline.ts';
import type { Slot } from './warm/open.ts';
import { createStarts, saidOfOne } from './warm/starts.ts';

export interface ExecRequest {
  readonly command: readonly string[];
  /** Files and folders for /work, relative to `cwd`; {arch} is replaced. */
  readonly copy: readonly string[];
  readonly modules: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Undefined: what the image needs. */
  readonly memoryBytes?: number | undefined;
  readonly cpus: number;
  readonly totalMs?: number | undefined;
  readonly cwd: string;
}

/**
 * The case of a command. Its exit status is the evidence: anything but 0 fails.
 * A local file named as the command comes along, and is run from /work.
 */
export async function execCase(request: ExecRequest): Promise<Case> {
  const [program = '', ...args] = request.command;
  const isLocal = program.includes('/') && !program.startsWith('/') && (program.includes('{arch}') || (await isFile(resolve(request.cwd, program))));
  return {
    name: 'exec',
    dir: request.cwd,
    file: resolve(request.cwd, 'exec'),
    summary: request.command.join(' '),
    labels: [],
    run: { command: [isLocal ? `./${basename(program)}` : program, ...args], copy: [...request.copy, ...(isLocal ? [program] : [])], env: request.env },
    expect: [{ protocol: 'none', exit: 0, ordered: false }],
    needs: { config: [] },
    modules: [...request.modules],
    timeouts: request.totalMs === undefined ? {} : { total: request.totalMs, silence: request.totalMs },
    memory: request.memoryBytes,
    cpus: request.cpus,
    network: false,
    results: 'console',
    boot: ['kernel+initrd'],
    known: [],
    drives: [],
    // Nobody reads the messages of a boot that goes well: without them it takes a tenth less. Errors and crashes still print.
    cmdline: ['kit_test.raw', 'loglevel=4'],
  };
}

export interface ExecOptions {
  readonly frozen: boolean;
  readonly offline?: boolean | undefined;
  readonly accel?: 'auto' | Accel | undefined;
  /** How guests start; undefined: as the project says. */
  readonly start?: Exclude<StartMode, 'both'> | undefined;
  readonly jobs?: number | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** The command's own bytes, as they come. */
  readonly onOutput: (cell: Cell, bytes: Uint8Array) => void;
}

export interface ExecResult {
  readonly cell: Cell;
  readonly attempt: Attempt;
  /** Exit status of the command; undefined where it never ended. */
  readonly status?: number;
  /** Where the console is kept of a boot that did not get to the command's end. */
  readonly console?: string;
}

/** Runs the command of `cells` in each, several at once; results come in the order of the cells. */
export async function execCells(project: Project, cells: readonly Cell[], options: ExecOptions): Promise<readonly ExecResult[]> {
  const { signal } = options;
  const pipeline = await openPipeline(project, options);
  const queue = new PQueue({ concurrency: options.jobs ?? project.harness.concurrency ?? defaultConcurrency(cells) });
  const gate = createMemoryGate();
  const startOf = createStarts(pipeline, { cells, times: 1, said: saidOfOne(options.start, project.harness.start) });
  const slot: Slot = (memory, work, shared) => gate(memory, work, signal, shared);
  const runOne = async (cell: Cell): Promise<ExecResult> => {
    const raw = createRawOutput();
    const show = (bytes: Uint8Array): void => {
      if (bytes.length > 0) options.onOutput(cell, bytes);
    };
    const files = attemptFiles(cell.id, 1);
    const folder = await pipeline.temporary();
    const stages = {
      prepare: pipeline.prepare,
      async boot(_: Cell, made: Prepared, { clock }: AttemptProgress) {
        const { prepared, clone } = await startOf(cell, made, { slot, clock }, signal);
        const ready = await readyBoot(cell, prepared, { ...pipeline, folder, files, number: 1, graceMs: 2000, onConsole: (chunk) => show(raw.push(chunk)) }, signal, clone);
        return slot(ready.memory, () => ready.run(), ready.shared);
      },
    };
    const attempt = await attemptCell(cell, 1, stages, () => undefined, signal);
    show(raw.end());
    const status = raw.status();
    const kept = attempt.boot !== undefined && status === undefined ? await keepConsole(join(folder, files.console), join(pipeline.cacheRoot, 'exec', cellFolder(cell.id))) : undefined;
    await rm(folder, { recursive: true, force: true });
    return { cell, attempt, ...(status === undefined ? {} : { status }), ...(kept === undefined ? {} : { console: kept }) };
  };
  return Promise.all(cells.map((cell) => queue.add(() => runOne(cell))));
}

async function keepConsole(from: string, folder: string): Promise<string> {
  const to = join(folder, basename(from));
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to);
  return to;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isFile(), () => false);
}
