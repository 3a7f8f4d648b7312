// File and line of addresses in a vmlinux with debug information, by the machine's addr2line or LLVM's, which knows every
// architecture. Best effort: where no program can tell, nothing is known.
import { HarnessError } from '../model/errors.ts';
import type { Symbols } from '../model/symbols.ts';
import { runProgram } from '../sys/process.ts';

const programs = ['addr2line', 'llvm-addr2line'];
/** Every kernel has it in a file of this name: what stands before it are folders of the machine that built the kernel. */
const landmark = { symbol: 'start_kernel', file: 'init/main.c' };

/**
 * `fs/read_write.c:612` for an address: of what was inlined there, the line in the function that exists. Undefined where nobody knows.
 * `path` is the vmlinux that the symbols are of. Rejects only when `signal` is aborted.
 */
export async function sourceLine(path: string, symbols: Symbols, address: bigint, signal: AbortSignal): Promise<string | undefined> {
  const mark = symbols.find(landmark.symbol);
  for (const program of programs) {
    const asked = [address, ...(mark === undefined ? [] : [mark])];
    // The address is repeated before what was inlined there.
    const args = ['-a', '-i', '-e', path, ...asked.map((one) => `0x${one.toString(16)}`)];
    const answer = await runProgram(program, args, { signal }).catch((error: unknown) => {
      if (error instanceof HarnessError) return undefined;
      throw error;
    });
    const [place, main] = readAnswer(answer?.stdout ?? '');
    if (place !== undefined) return withoutRoot(place, main);
  }
  return undefined;
}

/** The last place of each address; undefined for one that is not known. */
export function readAnswer(text: string): readonly (string | undefined)[] {
  return text.split(/^0x[0-9a-f]+\n/m).slice(1).map((lines) => {
    const last = lines.trimEnd().split('\n').at(-1) ?? '';
    const match = /^(\S.*:\d+)(?: \(discriminator \d+\))?$/.exec(last);
    return match === null || /^\?\?|:0$/.test(match[1] ?? '') ? undefined : match[1];
  });
}

function withoutRoot(place: string, main: string | undefined): string {
  const at = main?.lastIndexOf(`/${landmark.file}:`) ?? -1;
  const root = main !== undefined && at !== -1 ? main.slice(0, at + 1) : '';
  const path = place.startsWith(root) ? place.slice(root.length) : place;
  return path.replace(/^(?:\.\/)+/, '');
}
