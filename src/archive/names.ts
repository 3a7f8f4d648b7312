// Names of files are bytes, in JavaScript they are strings. A byte that is not part of valid UTF-8 becomes the lone
// surrogate U+DC80 to U+DCFF, as PEP 383 does: every name survives a round trip, and through JSON too.

/** The string for the bytes of a name. */
export function decodeName(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? decodeExactly(bytes) : text;
}

/** The bytes of a name: the inverse of `decodeName`. */
export function encodeName(text: string): Buffer {
  const strays = [...text.matchAll(/[\udc80-\udcff]/gu)];
  if (strays.length === 0) return Buffer.from(text);
  const parts: Buffer[] = [];
  let done = 0;
  for (const { index, 0: stray } of strays) {
    parts.push(Buffer.from(text.slice(done, index)), Buffer.of(stray.charCodeAt(0) & 0xff));
    done = index + 1;
  }
  return Buffer.concat([...parts, Buffer.from(text.slice(done))]);
}

/** Length of `encodeName`, cheaper. */
export function nameLength(text: string): number {
  const strays = text.match(/[\udc80-\udcff]/gu)?.length ?? 0;
  return Buffer.byteLength(text) - 2 * strays;
}

function decodeExactly(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at] ?? 0);
    const piece = bytes.subarray(at, at + length);
    const decoded = piece.length === length && length > 0 ? piece.toString('utf8') : '';
    // Node decodes what is not UTF-8 to U+FFFD, so only a true round trip counts.
    if (decoded !== '' && Buffer.from(decoded).equals(piece)) {
      text += decoded;
      at += length;
    } else {
      text += String.fromCharCode(0xdc00 | (bytes[at] ?? 0));
      at += 1;
    }
  }
  return text;
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}
