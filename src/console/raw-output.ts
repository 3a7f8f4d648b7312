// Cuts a command's own output out of a console: what lies between builtin:init's two lines, byte for byte. The kernel may
// print a line of its own into the middle of either. Pure, and the same however the bytes are chunked.

const begin = 'kit-test: begin\n';
/** The line feed before it is builtin:init's, not the command's. */
const end = '\nkit-test: end exit=';

// The kernel writes CR LF, a command's lines end with LF alone: dmesg(1) prints nothing that looks like this.
const kernelLine = /\[(?=[ \d]{4}\d\.|\d{5,}\.) *\d+\.\d{6}\](?:\[ *[CT]\d+\])? ?[^\n]*\r\n/y;
const kernelLines = new RegExp(kernelLine, 'g');
const partOfKernelLine = /\[(?: *\d*(?:\.\d{0,6})?| *\d+\.\d{6}\][^\n]*)$/y;
/** Bytes in which a line must have ended, with all that the kernel prints into it. */
const reach = 16 * 1024;

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
    const line = /^(\d{1,3})\r?\n/.exec(held.toString('latin1').replace(kernelLines, ''));
    if (line?.[1] !== undefined) status = Number(line[1]);
  }

  return {
    push(chunk) {
      if (phase === 'after') {
        if (status === undefined && held.length < reach) {
          held = Buffer.concat([held, chunk]);
          readStatus();
        }
        return Buffer.alloc(0);
      }
      held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
      if (phase === 'before') {
        const { from, to } = find(begin, held);
        held = held.subarray(to ?? from);
        if (to === undefined) return Buffer.alloc(0);
        phase = 'inside';
      }
      const { from, to } = find(end, held);
      const output = held.subarray(0, from);
      held = held.subarray(to ?? from);
      if (to !== undefined) {
        phase = 'after';
        readStatus();
      }
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

/** Where `text` stands; without `to` it is not there yet, and `from` is where it may have begun. */
function find(text: string, bytes: Buffer): { readonly from: number; readonly to?: number } {
  for (let from = bytes.indexOf(text.charAt(0)); from !== -1; from = bytes.indexOf(text.charAt(0), from + 1)) {
    const to = endOf(text, bytes, from);
    if (to === 'open') return { from };
    if (to !== undefined) return { from, to };
  }
  return { from: bytes.length };
}

/** Where the text ends that begins at `from`; `open` where the bytes end before it does. */
function endOf(text: string, bytes: Buffer, from: number): number | 'open' | undefined {
  const second = bytes[from + 1];
  if (second !== undefined && second !== text.charCodeAt(1) && second !== 0x5b) return undefined;
  const console = bytes.toString('latin1', from, from + reach);
  const open = from + reach >= bytes.length ? 'open' : undefined;
  let at = 1;
  for (const wanted of text.slice(1)) {
    for (; console[at] === '['; at = kernelLine.lastIndex) {
      kernelLine.lastIndex = at;
      partOfKernelLine.lastIndex = at;
      if (!kernelLine.test(console)) return partOfKernelLine.test(console) ? open : undefined;
    }
    // The terminal may still turn line feeds into CR LF at that point.
    if (wanted === '\n' && console[at] === '\r') at += 1;
    if (at >= console.length) return open;
    if (console[at] !== wanted) return undefined;
    at += 1;
  }
  return from + at;
}
