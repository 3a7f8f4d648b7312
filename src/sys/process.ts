// Programs that are run to their end. The one home of execa; QEMU, which lives longer, has boot/qemu.ts.
// execa is loaded on first use: a run whose caches are warm starts no program but QEMU.
import { PassThrough, Readable } from 'node:stream';
import { HarnessError } from '../model/errors.ts';

export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment; undefined takes a variable out of it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Chunks are written as the program reads them. */
  readonly input?: string | Uint8Array | AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal | undefined;
  /** Exit codes that are not an error. Default: only 0. */
  readonly okCodes?: readonly number[];
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program without a shell and waits for it.
 * @throws HarnessError `PROGRAM_NOT_FOUND`, or `PROGRAM_FAILED` with the last lines of its error output.
 */
export async function runProgram(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { execa } = await import('execa');
  const result = await execa(file, args, {
    reject: false,
    stripFinalNewline: false,
    ...inputOf(options.input),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    maxBuffer: 256 * 1024 * 1024,
  });
  options.signal?.throwIfAborted();
  const code = result.exitCode;
  if (code === undefined || !(options.okCodes ?? [0]).includes(code)) throw programError(file, args, result);
  return { code, stdout: result.stdout, stderr: result.stderr };
}

/**
 * Runs a program and gives its standard output as a stream; the stream fails when the program does.
 * Destroying the stream ends the program.
 */
export async function streamProgram(file: string, args: readonly string[], options: Pick<RunOptions, 'cwd' | 'signal'> = {}): Promise<Readable> {
  const { execa } = await import('execa');
  const child = execa(file, args, {
    buffer: { stdout: false, stderr: true },
    stdin: 'ignore',
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  child.catch(() => undefined);
  // Taken at once: execa throws away what nobody reads by the next turn of the event loop.
  const output = child.stdout.pipe(new PassThrough());
  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of output) yield chunk as Buffer;
      await child;
    } catch (error) {
      options.signal?.throwIfAborted();
      throw programError(file, args, error as ProgramOutcome);
    } finally {
      child.kill('SIGKILL');
    }
  }
  return Readable.from(chunks(), { objectMode: false });
}

/** A program that ends without reading all of its input is judged by its exit code. */
function inputOf(input: RunOptions['input']): { readonly stdin?: 'ignore' | 'pipe' | AsyncIterable<Uint8Array>; readonly input?: string | Uint8Array } {
  if (input === undefined) return { stdin: 'ignore' };
  return typeof input === 'string' || input instanceof Uint8Array ? { stdin: 'pipe', input } : { stdin: input };
}

interface ProgramOutcome {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly code?: string | undefined;
  readonly stderr?: string | undefined;
}

function programError(file: string, args: readonly string[], outcome: ProgramOutcome): HarnessError {
  if (outcome.code === 'ENOENT') {
    return new HarnessError('PROGRAM_NOT_FOUND', `cannot start ${file}: it is not installed`, { hint: '"kit-test doctor" shows what is missing and how to install it', cause: outcome });
  }
  const ended = outcome.signal === undefined ? `ended with exit status ${outcome.exitCode ?? '?'}` : `was ended by ${outcome.signal}`;
  const tail = (outcome.stderr ?? '').trimEnd().split('\n').slice(-8).join('\n');
  return new HarnessError('PROGRAM_FAILED', `${[file, ...args.slice(0, 3)].join(' ')} ${ended}${tail === '' ? '' : `:\n${tail}`}`, { cause: outcome });
}
