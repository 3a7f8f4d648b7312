// Downloads into the cache: hashed while they stream, resumed where they were cut, visible only when complete and right.
// A resumed file that turns out wrong is fetched once more from its start, so a file that changed on the server needs no ETag.
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rm, stat, utimes, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HarnessError } from '../model/errors.ts';
import type { Progress } from '../model/events.ts';
import { backoff, sendHttp, networkError, redactUrl, retryAfterMs, type HttpResponse } from '../sys/http.ts';
import { cacheError, offlineError } from './errors.ts';
import type { Cache } from './store.ts';

export interface RemoteFile {
  readonly url: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly size?: number | undefined;
  /** For progress and messages. */
  readonly name: string;
  /** Proxy instead of the environment's; `direct` for none. */
  readonly proxy?: string | undefined;
  /** Sends the request with further headers, for servers that demand more than a GET. Its own HarnessErrors are final, but for `NETWORK`. */
  readonly send?: (headers: Readonly<Record<string, string>>, signal: AbortSignal | undefined) => Promise<HttpResponse>;
}

export interface DownloadOptions {
  /** First wait between tries. Default 500 ms. */
  readonly backoffMs?: number;
  /** A connection that brings less than `enough` in this time is given up. Default one minute. */
  readonly slowMs?: number;
}

/** Tries in a row that bring less than `enough` before we give up: a server that sends drop by drop must not hold us for ever. */
const fruitlessTries = 5;
const enough = 64 * 1024;
const progressStep = 256 * 1024;

/** The hash of what the part holds so far. */
interface Running {
  hash: Hash;
  bytes: number;
}

/** One try's outcome; `failed` may be resumed, all others are final. */
type Try = { readonly kind: 'complete' } | { readonly kind: 'restart' } | { readonly kind: 'failed'; readonly error: unknown; readonly waitMs?: number };

/**
 * Fetches a file and returns its path in the cache; a file that is there already costs nothing.
 * @throws HarnessError `NETWORK`, `DOWNLOAD_GONE` (404, 410), `DOWNLOAD_REFUSED` (other statuses), `DOWNLOAD_DIGEST`, `DISK_FULL`, `OFFLINE`
 */
export async function download(cache: Cache, file: RemoteFile, progress: Progress, signal?: AbortSignal, options: DownloadOptions = {}): Promise<string> {
  const digest = `sha256:${file.sha256}`;
  if (await isPresent(cache, file)) return cache.blobPath(digest);
  if (cache.offline) throw offlineError(file.name);
  try {
    return await cache.exclusive(`blob-${file.sha256}`, async () => {
      if (await isPresent(cache, file)) return cache.blobPath(digest);
      const part = join(cache.root, 'parts', file.sha256);
      await mkdir(dirname(part), { recursive: true });
      await fetchPart(part, file, progress, signal, options);
      return cache.adopt(digest, part);
    }, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw cacheError(cache.root, error);
  }
}

/**
 * Whether the cache has the file; if so its use is noted, for pruning.
 * A blob of the wrong size was damaged by a crash of the machine: it is removed.
 */
export async function isPresent(cache: Cache, file: { readonly sha256: string; readonly size?: number | undefined }): Promise<boolean> {
  const path = cache.blobPath(`sha256:${file.sha256}`);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return false;
  if (file.size === undefined || found.size === file.size) {
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined);
    return true;
  }
  await rm(path, { force: true });
  return false;
}

async function fetchPart(part: string, file: RemoteFile, progress: Progress, signal: AbortSignal | undefined, options: DownloadOptions): Promise<void> {
  let fruitless = 0;
  let wrong = 0;
  const running: Running = { hash: createHash('sha256'), bytes: 0 };
  try {
    for (;;) {
      const before = await sizeOf(part);
      const outcome = await tryOnce(part, before, running, file, progress, signal, options);
      if (outcome.kind === 'complete') {
        await catchUp(running, part, await sizeOf(part));
        if (running.hash.copy().digest('hex') === file.sha256) return;
        await rm(part, { force: true });
        if (before === 0 || ++wrong > 1) throw wrongDigest(file);
        continue;
      }
      if (outcome.kind === 'restart') {
        await rm(part, { force: true });
        if (++wrong > 2) throw wrongDigest(file);
        continue;
      }
      fruitless = (await sizeOf(part)) >= before + enough ? 0 : fruitless + 1;
      if (fruitless >= fruitlessTries) throw networkError(file.url, outcome.error);
      await sleep(outcome.waitMs ?? backoff(fruitless, options.backoffMs), undefined, signal === undefined ? {} : { signal });
    }
  } finally {
    progress.download(file.name, await sizeOf(part), file.size, true);
  }
}

async function tryOnce(part: string, from: number, running: Running, file: RemoteFile, progress: Progress, signal: AbortSignal | undefined, options: DownloadOptions): Promise<Try> {
  if (file.size !== undefined && from === file.size) return { kind: 'complete' };
  if (file.size !== undefined && from > file.size) return { kind: 'restart' };
  let response: HttpResponse;
  try {
    const headers: Record<string, string> = from === 0 ? {} : { range: `bytes=${from}-` };
    response = await (file.send?.(headers, signal) ?? sendHttp(file.url, { signal, proxy: file.proxy, retries: 0, headers }));
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof HarnessError && error.code !== 'NETWORK') throw error;
    return { kind: 'failed', error };
  }
  if (response.status === 200 || response.status === 206) {
    const start = response.status === 206 ? rangeStart(response.headers['content-range']) : 0;
    if (start !== 0 && start !== from) {
      response.body.destroy();
      return { kind: 'restart' };
    }
    await catchUp(running, part, start);
    return receive(part, start, running, response, file, progress, signal, options);
  }
  response.body.destroy();
  // "Range not satisfiable": the part is complete, or not a part of this file.
  if (response.status === 416 && from > 0) return { kind: file.size === undefined ? 'complete' : 'restart' };
  return refused(file, response);
}

async function receive(part: string, start: number, running: Running, response: HttpResponse, file: RemoteFile, progress: Progress, signal: AbortSignal | undefined, options: DownloadOptions): Promise<Try> {
  const length = Number(response.headers['content-length'] ?? Number.NaN);
  const total = file.size ?? (Number.isNaN(length) ? undefined : start + length);
  const handle = await open(part, start === 0 ? 'w' : 'r+');
  let done = start;
  let shown = start;
  let watched = { bytes: start, sinceMs: Date.now() };
  try {
    progress.download(file.name, done, total, false);
    const chunks = response.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    for (;;) {
      let next: IteratorResult<Buffer>;
      try {
        next = await chunks.next();
      } catch (error) {
        signal?.throwIfAborted();
        return { kind: 'failed', error };
      }
      if (next.done === true) break;
      await writeAll(handle, next.value, done);
      done += next.value.length;
      running.hash.update(next.value);
      running.bytes = done;
      // Endless answers must not fill the disk.
      if (file.size !== undefined && done > file.size) return { kind: 'restart' };
      if (Date.now() - watched.sinceMs > (options.slowMs ?? 60_000)) {
        if (done - watched.bytes < enough) return { kind: 'failed', error: new Error('the server sends too slowly') };
        watched = { bytes: done, sinceMs: Date.now() };
      }
      if (done - shown >= progressStep) {
        shown = done;
        progress.download(file.name, done, total, false);
      }
    }
  } finally {
    response.body.destroy();
    await handle.close();
  }
  if (file.size !== undefined && done < file.size) return { kind: 'failed', error: new Error('the answer was cut short') };
  return { kind: 'complete' };
}

function refused(file: RemoteFile, response: HttpResponse): Try {
  const status = response.status;
  const error = statusError(file, response);
  if (status !== 408 && status !== 425 && status !== 429 && status < 500) throw error;
  const waitMs = retryAfterMs(response.headers['retry-after'], Date.now());
  if (waitMs !== undefined && waitMs > 60_000) throw error;
  return { kind: 'failed', error, ...(waitMs === undefined ? {} : { waitMs }) };
}

function statusError(file: RemoteFile, response: HttpResponse): HarnessError {
  const where = redactUrl(file.url);
  const status = response.status;
  if (status === 404 || status === 410) return new HarnessError('DOWNLOAD_GONE', `${where} does not exist (any more): the server answers ${status}`, { hint: 'check the URL' });
  const later = response.headers['retry-after'];
  return new HarnessError('DOWNLOAD_REFUSED', `the server refuses ${where}: status ${status}`, {
    hint: later === undefined ? 'check the URL and what the server demands (a login, a proxy)' : `the server asks to come back later (Retry-After: ${later.slice(0, 40)})`,
  });
}

function wrongDigest(file: RemoteFile): HarnessError {
  return new HarnessError('DOWNLOAD_DIGEST', `${redactUrl(file.url)} is not the expected file: its sha256 is not ${file.sha256}`, {
    hint: 'if the file was replaced on purpose, change the sha256; otherwise the server or a proxy on the way sends something else. Nothing was kept',
  });
}

function rangeStart(header: string | undefined): number {
  return Number(/^bytes (\d+)-/.exec(header ?? '')?.[1] ?? Number.NaN);
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

async function writeAll(handle: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    written += (await handle.write(chunk, written, chunk.length - written, position + written)).bytesWritten;
  }
}

/** Brings the hash to the first `bytes` of the part, reading them only where an earlier process wrote them. */
async function catchUp(running: Running, part: string, bytes: number): Promise<void> {
  if (running.bytes === bytes) return;
  running.hash = createHash('sha256');
  running.bytes = bytes;
  if (bytes === 0) return;
  for await (const chunk of createReadStream(part, { end: bytes - 1, highWaterMark: 1024 * 1024 })) running.hash.update(chunk as Buffer);
}
