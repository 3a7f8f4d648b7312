// When a copy of a waiting guest enters the root file system of its case: what it does before that is our own affair.
import { entryLine } from '../../guest/template/enter.ts';

const line = Buffer.from(entryLine.replace('\n', '\r\n'));

/** Looks for the line that the waiting guest prints as its last one, behind the bytes of the template's own console. */
export function watchEntry(before: number): { push(chunk: Uint8Array): void; seen(): boolean } {
  let skip = before;
  let seen = false;
  let tail = Buffer.alloc(0);
  return {
    push(chunk) {
      if (seen) return;
      const fresh = chunk.subarray(Math.min(skip, chunk.length));
      skip -= chunk.length - fresh.length;
      const bytes = Buffer.concat([tail, fresh]);
      seen = bytes.includes(line);
      tail = seen ? Buffer.alloc(0) : bytes.subarray(Math.max(0, bytes.length - line.length));
    },
    seen: () => seen,
  };
}
