// Writes tar archives for tests as they are asked for, however bad: no code of src/ is used.

export interface RawEntry {
  readonly name: string | Buffer;
  /** `0` file (default), `1` hard link, `2` symbolic link, `5` folder, `x` PAX header, … */
  readonly kind?: string;
  readonly content?: string | Buffer;
  readonly target?: string | Buffer;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly device?: readonly [major: number, minor: number];
  /** Records of a PAX header before the entry. */
  readonly pax?: Readonly<Record<string, string | Buffer>>;
  /** What the header says instead of the content's size. */
  readonly size?: number;
  /** Changes the header before its checksum is made. */
  readonly patch?: (header: Buffer) => unknown;
}

/** An archive of the entries, with the marker at its end. */
export function rawTar(entries: readonly RawEntry[]): Buffer {
  return Buffer.concat([...entries.map(rawEntry), Buffer.alloc(1024)]);
}

export function rawEntry(entry: RawEntry): Buffer {
  const before = entry.pax === undefined ? [] : [rawEntry({ name: 'pax', kind: 'x', content: paxRecords(entry.pax) })];
  const content = Buffer.from(entry.content ?? '');
  const header = Buffer.alloc(512);
  bytesOf(entry.name).copy(header, 0, 0, 100);
  const octal = (value: number, at: number, length: number): void => void header.write(value.toString(8).padStart(length - 1, '0'), at);
  octal(entry.mode ?? (entry.kind === '5' ? 0o755 : 0o644), 100, 8);
  octal(entry.uid ?? 0, 108, 8);
  octal(entry.gid ?? 0, 116, 8);
  octal(entry.size ?? content.length, 124, 12);
  octal(1_000_000, 136, 12);
  header.write(entry.kind ?? '0', 156);
  bytesOf(entry.target ?? '').copy(header, 157, 0, 100);
  header.write('ustar\x0000', 257, 'latin1');
  octal(entry.device?.[0] ?? 0, 329, 8);
  octal(entry.device?.[1] ?? 0, 337, 8);
  entry.patch?.(header);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([...before, header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

export function paxRecords(records: Readonly<Record<string, string | Buffer>>): Buffer {
  return Buffer.concat(Object.entries(records).map(([key, value]) => {
    const body = Buffer.concat([Buffer.from(` ${key}=`), bytesOf(value), Buffer.from('\n')]);
    let length = body.length;
    while (`${length}`.length + body.length !== length) length = `${length}`.length + body.length;
    return Buffer.concat([Buffer.from(`${length}`), body]);
  }));
}

const bytesOf = (text: string | Buffer): Buffer => (typeof text === 'string' ? Buffer.from(text) : text);
