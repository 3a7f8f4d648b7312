// The baseline: the same QEMU command lines in a bare shell, one after the other or several at once by xargs.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Seconds that a shell needs for all command lines with `jobs` at once; consoles go to files, as they do with us. */
export async function shellLoop(commands: readonly string[], jobs: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-bench-'));
  try {
    const scripts = await Promise.all(
      commands.map(async (command, index) => {
        const script = join(folder, `${index}.sh`);
        await writeFile(script, `exec ${command} </dev/null >${join(folder, `${index}.log`)} 2>&1\n`);
        return script;
      }),
    );
    await writeFile(join(folder, 'list'), scripts.join('\n'));
    return (await measure('sh', ['-c', `xargs -n1 -P${jobs} sh <${join(folder, 'list')}`])).seconds;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface Measured {
  readonly seconds: number;
  /** Highest resident set of the process itself, without its children. */
  readonly peakBytes: number;
  readonly stdout: string;
}

export interface MeasureOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Its error output is of no interest. */
  readonly quiet?: boolean;
  /** What it reads on standard input; there is none by default. */
  readonly input?: Iterable<Uint8Array>;
  /** Those with which it may end; default: 0. */
  readonly exitStatuses?: readonly number[];
}

/** Runs a program and watches its memory; fails where it ends with another exit status than it may. */
export async function measure(file: string, args: readonly string[], options: MeasureOptions = {}): Promise<Measured> {
  const started = performance.now();
  const child = spawn(file, args, { stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', options.quiet === true ? 'ignore' : 'inherit'], cwd: options.cwd, env: { ...process.env, ...options.env } });
  // Who does not read all of it says why by its exit status.
  if (options.input !== undefined && child.stdin !== null) pipeline(Readable.from(options.input, { objectMode: false }), child.stdin).catch(() => undefined);
  let stdout = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  let peakBytes = 0;
  const timer = setInterval(() => {
    readFile(`/proc/${child.pid ?? 0}/status`, 'utf8').then(
      (status) => (peakBytes = Math.max(peakBytes, 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0))),
      () => undefined,
    );
  }, 100);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearInterval(timer);
  if (code === null || !(options.exitStatuses ?? [0]).includes(code)) throw new Error(`${file} ${args.join(' ')} ended with exit status ${code ?? 'none'}\n${stdout.slice(-2000)}`);
  return { seconds: (performance.now() - started) / 1000, peakBytes, stdout };
}
