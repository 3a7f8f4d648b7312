// When each line of a console came: beside console.log one number for each of its lines, the milliseconds from the start
// of the machine to the line's first byte. `paste console.times console.log` puts both together.
import { open } from 'node:fs/promises';
import { writeFileAtomic } from '../sys/fs.ts';
import type { KeptConsole } from './console-file.ts';

const LF = 0x0a;
/** Moments that are remembered; beyond it only every second of them is, and so on. */
const momentLimit = 1 << 20;

export interface ConsoleTimes {
  /** So many bytes came at this moment. */
  note(bytes: number, atMs: number): void;
  /** Writes the times of what was kept of the console. */
  write(path: string, kept: KeptConsole): Promise<void>;
}

export function createConsoleTimes(): ConsoleTimes {
  // The first byte that came at a moment, and the moment; both only grow.
  let offsets: number[] = [];
  let moments: number[] = [];
  let bytes = 0;
  let stepMs = 1;

  const momentOf = (offset: number): number => {
    let low = 0;
    let high = offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((offsets[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return moments[Math.max(0, low - 1)] ?? 0;
  };

  return {
    note(count, atMs) {
      const ms = Math.round(atMs);
      if (moments.length === 0 || ms - (moments[moments.length - 1] ?? 0) >= stepMs) {
        offsets.push(bytes);
        moments.push(ms);
      }
      bytes += count;
      if (moments.length < momentLimit) return;
      offsets = offsets.filter((_, index) => index % 2 === 0);
      moments = moments.filter((_, index) => index % 2 === 0);
      stepMs *= 2;
    },
    async write(path, kept) {
      const times: number[] = [];
      for await (const start of lineStarts(kept.path)) times.push(momentOf(printedAt(start, kept)));
      await writeFileAtomic(path, times.map((ms) => `${ms}\n`).join(''));
    },
  };
}

/** Where a byte of the file stood in all that the guest printed; the line about what was left out takes the place of that. */
function printedAt(at: number, { gap, leftOut }: KeptConsole): number {
  if (gap === undefined || at < gap.at) return at;
  return at < gap.at + gap.length ? gap.at : at - gap.length + leftOut;
}

async function* lineStarts(path: string): AsyncGenerator<number> {
  await using file = await open(path);
  const buffer = Buffer.alloc(256 * 1024);
  let isStart = true;
  for (let read = 0; ; ) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, read);
    if (bytesRead === 0) return;
    const chunk = buffer.subarray(0, bytesRead);
    if (isStart) yield read;
    for (let at = chunk.indexOf(LF); at !== -1 && at + 1 < bytesRead; at = chunk.indexOf(LF, at + 1)) yield read + at + 1;
    isStart = chunk[bytesRead - 1] === LF;
    read += bytesRead;
  }
}
