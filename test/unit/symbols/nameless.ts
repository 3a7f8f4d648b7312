// Consoles as a kernel without kallsyms would have printed them: every function of a log gets an address, and a System.map
// that tells them apart.

export interface Nameless {
  readonly text: string;
  readonly map: string;
  /** How many functions lost their names. */
  readonly count: number;
}

const named = /(?<![\w.$])([a-zA-Z_$][\w$]*(?:\.[\w$.]+)?)\+0x([0-9a-f]+)\/0x([0-9a-f]+)/g;
/** arm's frames, before and after 5.18. */
const armFrame = /(?:\[<[0-9a-f]{8}>\] \(([a-zA-Z_][\w.]*)\)| ([a-zA-Z_][\w.]*)) from (?:\[<[0-9a-f]{8}>\] \()?([a-zA-Z_][\w.]*\+0x[0-9a-f]+\/0x[0-9a-f]+)\)?/g;

/** `moved`: by how much the kernel of the console lies elsewhere than its map says. */
export function takeNames(log: string, moved = 0n): Nameless {
  const arm = /PC is at| from \[<[0-9a-f]{8}>\]|^.* [a-z_]\w* from [a-z_]\w*\+0x/m.test(log);
  const base = arm ? 0x80008000n : 0xffffffff81000000n;
  const hex = (address: bigint): string => address.toString(16).padStart(arm ? 8 : 16, '0');
  const places = new Map<string, bigint>();
  const lines: string[] = [];
  let next = base + 0x1000n;
  const place = (name: string, size: bigint): bigint => {
    const key = `${name}/${size.toString(16)}`;
    const known = places.get(key);
    if (known !== undefined) return known;
    const address = next;
    places.set(key, address);
    // What lies between tells a call at the end of one from the beginning of the next.
    lines.push(`${hex(address)} t ${name}`, `${hex(address + size)} d gap`);
    next += size + 16n;
    return address;
  };
  for (const [, name = '', , size = '0'] of log.matchAll(named)) place(name, BigInt(`0x${size}`));
  const addressOf = (text: string): bigint => {
    const [, name = '', offset = '0', size = '0'] = [...text.matchAll(named)][0] ?? [];
    return place(name, BigInt(`0x${size}`)) + BigInt(`0x${offset}`) + moved;
  };
  const text = log
    .replace(armFrame, (_, old: string | undefined, late: string | undefined, caller: string) => `Function entered at [<${hex(sole(old ?? late ?? '', places) ?? place(old ?? late ?? '', 64n))}>] from [<${hex(addressOf(caller))}>]`)
    .replace(named, (whole) => `0x${hex(addressOf(whole))}`)
    .replace(/Kernel Offset: .*/g, moved === 0n ? 'Kernel Offset: disabled' : `Kernel Offset: 0x${moved.toString(16)} from 0x${hex(base)}`);
  return { text, map: [`${hex(base)} T _text`, `${hex(base + 16n)} d gap`, ...lines, `${hex(next)} D _etext`, ''].join('\n'), count: places.size };
}

const sole = (name: string, places: ReadonlyMap<string, bigint>): bigint | undefined => [...places].find(([key]) => key.startsWith(`${name}/`))?.[1];
