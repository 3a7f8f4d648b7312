// Reads the content of entries when it is written, wherever it lies; never more of it in memory than a piece.
import type { Slice } from '../../archive/entry.ts';
import { HarnessError } from '../../model/errors.ts';
import { openSlices } from '../../source/slices.ts';
import type { CompatContent } from './entry.ts';

export interface ContentReader extends AsyncDisposable {
  readonly read: (content: CompatContent) => AsyncIterable<Uint8Array>;
}

const PIECE = 256 * 1024;
/** Files up to this size are read together with their neighbours: they follow one another in a layer. */
const SMALL = 32 * 1024;

/** A reader that keeps a few archives open until it is disposed. */
export function openContent(signal: AbortSignal): ContentReader {
  const slices = openSlices(signal);
  let window: { readonly path: string; readonly offset: number; readonly bytes: Buffer } | undefined;

  async function* small(slice: Slice): AsyncGenerator<Uint8Array> {
    let at = window?.path === slice.path ? slice.offset - window.offset : -1;
    if (window === undefined || at < 0 || at + slice.size > window.bytes.length) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of slices.read({ ...slice, size: PIECE })) chunks.push(chunk);
      window = { path: slice.path, offset: slice.offset, bytes: Buffer.concat(chunks) };
      at = 0;
    }
    yield window.bytes.subarray(at, at + slice.size);
  }

  async function* whole(content: Exclude<CompatContent, { readonly kind: 'inline' }>): AsyncGenerator<Uint8Array> {
    let got = 0;
    for await (const chunk of content.kind === 'blob' ? content.open(signal) : content.stamp === undefined && content.size <= SMALL ? small(content) : slices.read(content)) {
      got += chunk.byteLength;
      if (got > content.size) break;
      yield chunk;
    }
    if (got === content.size) return;
    const what = content.kind === 'blob' ? 'a blob' : content.path;
    throw new HarnessError('IMAGE_SOURCE_CHANGED', `${what} changed while it was read: ${content.size} bytes were expected`, { hint: 'run again once nothing writes to it any more' });
  }

  return {
    read: (content) => (content.kind === 'inline' ? ready(content.bytes) : whole(content)),
    [Symbol.asyncDispose]: () => slices[Symbol.asyncDispose](),
  };
}

// eslint-disable-next-line @typescript-eslint/require-await -- what is at hand is read like everything else
async function* ready(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.byteLength > 0) yield bytes;
}

/** Joins small pieces to ones worth a write. */
export async function* gathered(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    waiting.push(chunk);
    bytes += chunk.byteLength;
    if (bytes < PIECE) continue;
    yield waiting.length === 1 ? chunk : Buffer.concat(waiting, bytes);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(waiting, bytes);
}
