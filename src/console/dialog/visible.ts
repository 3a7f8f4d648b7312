// Console bytes → what a reader sees of them, as it comes: also of a line that has no end yet. Equal bytes give equal text
// however they are chunked, for an escape sequence or a character that may go on is held back until it is certain.

/** Beyond these lengths a sequence is none: what is held back stays bounded. */
const longestText = 4096;
const parameters = '[0-?]{0,64}[ -/]{0,16}';
const selection = '[ -/]{1,16}';

// ECMA-48: CSI …, OSC … ended by BEL or ST, character set choices, escapes of two characters; a lone ESC. An OSC without its
// end loses only its start. Then controls that show nothing; a tab does.
const invisible = new RegExp(`\\x1b(?:\\[${parameters}[@-~]?|\\](?:[^\\x07\\x1b]{0,${longestText}}(?:\\x07|\\x1b\\\\))?|${selection}[0-~]?|[0-Z\\\\^-~])?|[\\0-\\x08\\x0b-\\x1f]`, 'g');
const unfinished = new RegExp(`\\x1b(?:\\[${parameters}|\\][^\\x07\\x1b]{0,${longestText}}\\x1b?|${selection})?$`);
const needsCleaning = /[\0-\x08\x0b-\x1f]/;
const isSpecial = /[\0-\x08\x0b\x0c\x0e-\x1f]|\r(?!\n)/;

export interface VisibleSink {
  /** Whole lines at the beginning of one, each ended by LF or CRLF, in which all else shows. Whether they are of no interest; else they come one by one. */
  passes(block: string): boolean;
  /** The next characters of the line; never empty. */
  text(text: string): void;
  /** A new line begins; after a lone carriage return with the same number. */
  lineBegins(sameNumber: boolean): void;
}

export interface VisibleReader {
  push(chunk: Uint8Array): void;
  /** Gives what was held back. */
  end(): void;
}

export function createVisibleReader(sink: VisibleSink): VisibleReader {
  let cut: Uint8Array = new Uint8Array();
  let held = '';
  let begun = false;

  function show(text: string): void {
    const visible = needsCleaning.test(text) ? text.replace(invisible, '') : text;
    if (visible === '') return;
    begun = true;
    sink.text(visible);
  }

  function begin(sameNumber: boolean): void {
    begun = false;
    sink.lineBegins(sameNumber);
  }

  function read(text: string): string {
    const end = text.lastIndexOf('\n') + 1;
    for (let start = 0; start < end;) {
      const block = begun ? '' : text.slice(start, end);
      if (block !== '' && !isSpecial.test(block) && sink.passes(block)) break;
      // Where one line is of interest, those after it may be too.
      do {
        const feed = text.indexOf('\n', start);
        readLine(text.slice(start, feed)).forEach(show);
        begin(false);
        start = feed + 1;
      } while (block !== '' && start < end);
    }
    return text.slice(end);
  }

  /** Reports all parts of a line but the last, which is given back. */
  function readLine(line: string): readonly string[] {
    const parts = line.split('\r');
    for (const part of parts.slice(0, -1)) {
      show(part);
      begin(true);
    }
    return parts.slice(-1);
  }

  /** Faster than a TextDecoder, which would do the same. */
  function decode(chunk: Uint8Array): string {
    const bytes = cut.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.concat([cut, chunk]);
    const whole = bytes.length - cutLength(bytes);
    // The chunk itself is only lent.
    cut = Uint8Array.from(bytes.subarray(whole));
    return bytes.toString('utf8', 0, whole);
  }

  return {
    push(chunk) {
      const [last = ''] = readLine(read(held + decode(chunk)));
      const tail = last.includes('\x1b') ? unfinished.exec(last.slice(-longestText - 3)) : null;
      held = tail?.[0] ?? '';
      show(last.slice(0, last.length - held.length));
    },
    end() {
      const [last = ''] = readLine(read(held + Buffer.from(cut).toString('utf8')));
      held = '';
      show(last);
    },
  };
}

/** How many bytes at the end begin a character of UTF-8 that is not whole. */
function cutLength(bytes: Uint8Array): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length += 1) {
    const byte = bytes[bytes.length - length] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return byte >= 0xf0 || length < (byte >= 0xe0 ? 3 : 2) ? length : 0;
  }
  return 0;
}
