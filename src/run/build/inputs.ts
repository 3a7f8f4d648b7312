// What `kit-test build` reads: LinuxKit YAML from files, from http(s) addresses, or from standard input (`-`).
import { constants, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { basename, dirname, extname, resolve } from 'node:path';
import { HarnessError, UsageError } from '../../model/errors.ts';
import { errorCode } from '../../sys/fs.ts';
import { redactUrl, sendHttp } from '../../sys/http.ts';
import type { ImageText } from '../image-yaml.ts';

/** A document of people is small; more is something else. */
const maxBytes = 4 * 1024 * 1024;

/** Reads the inputs of a build, in their order. */
export async function readInputs(inputs: readonly string[], cwd: string, stdin: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<readonly ImageText[]> {
  if (inputs.filter((input) => input === '-').length > 1) throw new UsageError('BUILD_INPUT', 'standard input can be read once only', { hint: 'name "-" once' });
  const texts: ImageText[] = [];
  for (const input of inputs) texts.push(await readInput(input, cwd, stdin, signal));
  return texts;
}

/** LinuxKit's name for what is built: the last input without its folder and ending; `moby` for standard input. */
export function defaultName(inputs: readonly string[]): string {
  const last = inputs.at(-1) ?? '-';
  if (last === '-') return 'moby';
  if (isUrl(last) && !URL.canParse(last)) return 'moby';
  const path = isUrl(last) ? new URL(last).pathname : last;
  const name = basename(path, extname(path));
  return ['', '.', '..'].includes(name) ? 'moby' : name;
}

async function readInput(input: string, cwd: string, stdin: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<ImageText> {
  if (input === '-') return { text: await toText(stdin, 'standard input'), file: 'standard input', baseDir: cwd };
  if (isUrl(input) && !URL.canParse(input)) throw new UsageError('BUILD_INPUT', `${input} is no address`, { hint: 'an address looks like https://host.example/image.yml' });
  if (isUrl(input)) return { text: await download(input, signal), file: redactUrl(input), baseDir: cwd };
  const path = resolve(cwd, input);
  try {
    const text = (await stat(path)).isFIFO() ? await toText(openPipe(path, signal), input) : await readFile(path, 'utf8');
    return { text, file: input, baseDir: dirname(path) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof HarnessError) throw error;
    const why = { ENOENT: 'does not exist', EISDIR: 'is a folder', EACCES: 'may not be read' }[errorCode(error) ?? ''] ?? 'cannot be read';
    throw new UsageError('BUILD_INPUT', `${input} ${why}`, { hint: 'name LinuxKit YAML files, http(s) addresses, or - for standard input', cause: error });
  }
}

/** A named pipe, or the shell's `<(command)`: opened without waiting for who writes, which nothing could interrupt. */
function openPipe(path: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false, signal });
}

async function download(url: string, signal: AbortSignal): Promise<string> {
  const response = await sendHttp(url, { signal });
  if (response.status !== 200) {
    response.body.destroy();
    throw new HarnessError('NETWORK', `${redactUrl(url)}: the server answered ${response.status}`, { hint: 'check the address' });
  }
  return toText(response.body as AsyncIterable<Uint8Array>, redactUrl(url));
}

async function toText(chunks: AsyncIterable<Uint8Array>, what: string): Promise<string> {
  const all: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new UsageError('BUILD_INPUT', `${what} is longer than ${maxBytes / 1024 ** 2} MiB: this is no LinuxKit YAML`);
    all.push(chunk);
  }
  return Buffer.concat(all).toString('utf8');
}

const isUrl = (input: string): boolean => /^https?:\/\//.test(input);
