// Cuts a command's own output out of a console: what lies between builtin:init's two lines, byte for byte.
// Pure, and the same however the bytes are chunked.

const begin = Buffer.from('kit-test: begin\n');
/** The line feed before it is builtin:init's, not the command's. */
const end = Buffer.from('\nkit-test: end exit=');

export interface RawOutput {
  /** Bytes of the command's output that are certain now. */
  push(chunk: Uint8Array): Uint8Array;
  /** The console ended: what was held back, where the command's end never came. */
  end(): Uint8Array;
  /** The command's exit status, once it is known. */
  status(): number | undefined;
}

export function createRawOutput(): RawOutput {
  let phase: 'before' | 'inside' | 'after' = 'before';
  let held: Buffer = Buffer.alloc(0);
  let status: number | undefined;

  function readStatus(): void {
    const line = /^(\d{1,3})\r?\n/.exec(held.subarray(0, 8).toString('latin1'));
    if (line?.[1] !== undefined) status = Number(line[1]);
  }

  return {
    push(chunk) {
      if (phase === 'after') {
        if (status === undefined && held.length < 8) {
          held = Buffer.concat([held, chunk]);
          readStatus();
        }
        return Buffer.alloc(0);
      }
      held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
      if (phase === 'before') {
        const at = indexOfBegin(held);
        if (at === undefined) {
          held = held.subarray(-(begin.length + 2));
          return Buffer.alloc(0);
        }
        held = held.subarray(at);
        phase = 'inside';
      }
      const at = held.indexOf(end);
      if (at === -1) {
        const certain = held.length - partOfEnd(held);
        const output = held.subarray(0, certain);
        held = held.subarray(certain);
        return output;
      }
      const output = held.subarray(0, at);
      held = held.subarray(at + end.length);
      phase = 'after';
      readStatus();
      return output;
    },
    end() {
      const rest = phase === 'inside' ? held : Buffer.alloc(0);
      held = Buffer.alloc(0);
      phase = 'after';
      return rest;
    },
    status: () => status,
  };
}

/** Where the command's output starts; the terminal may still turn line feeds into CR LF at that point. */
function indexOfBegin(bytes: Buffer): number | undefined {
  for (const line of [begin, Buffer.from('kit-test: begin\r\n')]) {
    const at = bytes.indexOf(line);
    if (at !== -1) return at + line.length;
  }
  return undefined;
}

/** How many bytes at the end may be the beginning of the closing line. */
function partOfEnd(bytes: Buffer): number {
  for (let length = Math.min(end.length - 1, bytes.length); length > 0; length -= 1) {
    if (bytes.subarray(bytes.length - length).equals(end.subarray(0, length))) return length;
  }
  return 0;
}
