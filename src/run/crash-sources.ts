// File and line of crashes, where the symbols are a vmlinux with debug information. It may cost seconds, so it has an end.
import type { ConsoleWatch, Crash } from '../model/console.ts';
import { sourceLine } from '../symbols/addr2line.ts';
import type { SymbolFile } from '../symbols/read.ts';

/** `fs/read_write.c:612` for an address of the symbols; undefined where nobody knows. */
export type SourceFinder = (address: bigint, signal?: AbortSignal) => Promise<string | undefined>;

/** addr2line reads a vmlinux of Debian in some seconds. */
const limitMs = 30_000;
/** The crashes of a console of which it is asked; the first are the ones to show. */
const crashLimit = 10;

/** Each address is asked for once; who did not answer in time is not asked again. */
export function createSourceFinder({ path, symbols, debug }: SymbolFile, withinMs = limitMs): SourceFinder {
  const known = new Map<bigint, Promise<string | undefined>>();
  let late = false;
  async function ask(address: bigint, signal: AbortSignal | undefined): Promise<string | undefined> {
    const limit = AbortSignal.timeout(withinMs);
    try {
      return await sourceLine(path, symbols, address, signal === undefined ? limit : AbortSignal.any([limit, signal]));
    } catch (error) {
      if (limit.aborted) late = true;
      else if (signal?.aborted !== true) throw error;
      known.delete(address);
      return undefined;
    }
  }
  return async (address, signal) => {
    if (!debug || late) return undefined;
    const asking = known.get(address) ?? ask(address, signal);
    known.set(address, asking);
    return asking;
  };
}

/** The same crashes, with file and line of the functions they name. */
export async function addSources<C extends Crash>(crashes: readonly C[], watch: Pick<ConsoleWatch, 'placeOf'>, sourceOf: SourceFinder | undefined, signal?: AbortSignal): Promise<readonly C[]> {
  if (sourceOf === undefined) return crashes;
  const placed: C[] = [];
  for (const [index, crash] of crashes.entries()) {
    const address = index < crashLimit ? watch.placeOf(crash) : undefined;
    const source = address === undefined ? undefined : await sourceOf(address, signal);
    placed.push(source === undefined ? crash : { ...crash, source });
  }
  return placed;
}
