// Programs that a stream passes through, such as `zstd -dc`: fed on standard input, read from standard output.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Passes a stream through the program, once. It fails when the program does, with its last line of error output. */
export type Filter = (chunks: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array>;

/** The program did not like what it was given. */
export class FilterError extends Error {}

/** Starts a program; undefined where it is not installed. */
export async function startFilter(file: string, args: readonly string[]): Promise<Filter | undefined> {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  try {
    await once(child, 'spawn');
  } catch {
    return undefined;
  }
  return (chunks) => pass(child, chunks);
}

async function* pass(child: ChildProcessByStdio<Writable, Readable, Readable>, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => (complaints = `${complaints}${text.toString()}`.slice(-2000)));
  const ended = once(child, 'close') as Promise<[number | null]>;
  ended.catch(() => undefined);
  let failure: unknown;
  const fed = feed(child.stdin, chunks).catch((error: unknown) => {
    failure = error;
    child.kill('SIGKILL');
  });
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    const [code] = await ended;
    await fed;
    if (failure !== undefined) throw failure as Error;
    if (code !== 0) throw new FilterError(complaints.trim().split('\n').at(-1) || `the program ended with ${code ?? 'a signal'}`);
  } finally {
    child.kill('SIGKILL');
    child.stdin.destroy();
  }
}

/** A program may stop reading before the end: its exit status tells whether it should have. */
async function feed(stdin: Writable, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
    } catch (error) {
      failure = { error };
      throw error;
    }
  }
  try {
    await pipeline(watched(), stdin);
  } catch {
    if (failure !== undefined) throw failure.error;
  }
}
