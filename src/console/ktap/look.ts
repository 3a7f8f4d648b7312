// Whether a line looks like one of KTAP, or of kit-test's own: told by a few bytes, for most lines of a console are neither.

const open = 0x5b;
const blank = 0x20;
const tab = 0x09;
/** Of a prefix, with its brackets. */
const longestPart = 50;
const hash = 0x23;
/** By its first byte the second of `ok`, `not ok`, `1..`, `KTAP`, `TAP`, `Bail out`, `---`, `...`, `kit-test: `. */
const seconds = new Uint8Array(256);
for (const start of ['ok', 'no', '1.', 'KT', 'TA', 'Ba', '--', '..', 'ki']) seconds[start.charCodeAt(0)] = start.charCodeAt(1);

/** Reads from `at` to `end`; what looks so may still be something else. */
export function looksLikeKtap(bytes: Uint8Array, at: number, end: number): boolean {
  let start = behindPrefix(bytes, at, end);
  while (start < end && (bytes[start] === blank || bytes[start] === tab)) start += 1;
  const first = bytes[start] ?? 0;
  return start < end && (first === hash || seconds[first] !== 0 && seconds[first] === bytes[start + 1]);
}

/** Where the text begins behind the prefix of printk, whatever is in it. */
function behindPrefix(bytes: Uint8Array, at: number, end: number): number {
  let start = at;
  if (bytes[start] === 0x3c) start = behind(bytes, start, end, 0x3e);
  for (let brackets = 0; brackets < 2 && bytes[start] === open; brackets += 1) {
    start = behind(bytes, start, end, 0x5d);
    if (bytes[start] === blank) start += 1;
  }
  if (bytes[start] !== 0x28) return start;
  start = behind(bytes, start, end, 0x29);
  return bytes[start] === open ? behind(bytes, start, end, 0x5d) : start;
}

function behind(bytes: Uint8Array, at: number, end: number, closing: number): number {
  const last = Math.min(end, at + longestPart);
  for (let close = at + 1; close < last; close += 1) if (bytes[close] === closing) return close + 1;
  return at;
}
