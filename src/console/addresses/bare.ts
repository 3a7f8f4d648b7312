// Puts names where a kernel without kallsyms printed nothing but addresses: in the frames of a trace, after `RIP:`, `PC is at`,
// `pc :`, and wherever a kernel with kallsyms prints a function. What comes out is what that kernel would have printed.

/**
 * The name of an address, as `schedule+0x1a/0x90`. `returned`: it is where a call returns to, which for a call that never
 * returns may lie behind the function.
 */
export type NameOf = (address: bigint, returned: boolean) => string | undefined;

/** `0xffffffff81234567`, but no offset, no size, no part of a range. */
const number = /(?<![\w+/.=-])0x([0-9a-f]{8}|[0-9a-f]{16})(?![\w/-])/g;
/** `pc : [<c0123456>]    lr : [<c0123457>]`, or a frame of which no more was printed. */
const bracket = /\[<([0-9a-f]{8}|[0-9a-f]{16})>\](?=\s*$|\s+(?:lr|ra|psr|pstate|sp)\b)/g;
/** How arm prints a frame without kallsyms; with, it is `[<c0123456>] (callee) from [<c0234567>] (caller+0x1a/0x90)`. */
const entered = /Function entered at (\[<([0-9a-f]{8})>\]) from (\[<([0-9a-f]{8})>\])/;
/** A frame: nothing stands before the address but the printk prefix and addresses. */
const frameStart = /^(?:<\d+>)?(?:\[[^\]]*\] ?){0,2}\s*(?:<\/?[A-Z#]+>\s*)?(?:\[<?[0-9a-f]+>?\]\s*){0,2}(?:\? )?$/;

const reads = /0x[0-9a-f]{8}|\[<[0-9a-f]{8}/;
/** They say where the kernel is, or where a program was. */
const others = /Kernel Offset:|\bRIP: 00(?:33|23):|User PSW/;

/** The same line with names; lines without bare addresses come back as they are. */
export function nameAddresses(text: string, nameOf: NameOf): string {
  if (!reads.test(text) || others.test(text)) return text;
  const found = (digits: string, returned: boolean): string | undefined => nameOf(BigInt(`0x${digits}`), returned);
  return text
    .replace(entered, (whole, at: string, callee: string, from: string, caller: string) => {
      const [inner, outer] = [found(callee, false)?.replace(/\+.*$/, ''), found(caller, true)];
      return inner === undefined || outer === undefined ? whole : `${at} (${inner}) from ${from} (${outer})`;
    })
    .replace(number, (whole, digits: string, at: number, line: string) => found(digits, isFrame(line, at)) ?? whole)
    .replace(bracket, (whole, digits: string, at: number, line: string) => {
      const name = found(digits, isFrame(line, at));
      return name === undefined ? whole : `${whole} ${name}`;
    });
}

/** Whether a call returns to what stands there. */
const isFrame = (line: string, at: number): boolean => frameStart.test(line.slice(0, at));

/** The bare addresses of a line; those that calls return to are certainly code. */
export function bareAddresses(text: string): readonly { readonly address: bigint; readonly returned: boolean }[] {
  const found: { readonly address: bigint; readonly returned: boolean }[] = [];
  nameAddresses(text, (address, returned) => {
    found.push({ address, returned });
    return undefined;
  });
  return found;
}

const pair = /(?:\[<([0-9a-f]{8}|[0-9a-f]{16})>\]|\[([0-9a-f]{8}|[0-9a-f]{16})\]) (?:\? )?([a-zA-Z_$][\w$.]*)\+0x([0-9a-f]+)\/0x[0-9a-f]+(?![0-9a-f]| *\[[a-z])/;

/** A function that the line names beside its address, and where it begins. */
export function namedAddress(text: string): { readonly name: string; readonly address: bigint } | undefined {
  const match = pair.exec(text);
  if (match === null) return undefined;
  const [, angled, square, name = '', offset = '0'] = match;
  return { name, address: BigInt(`0x${angled ?? square ?? '0'}`) - BigInt(`0x${offset}`) };
}
