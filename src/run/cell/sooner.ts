// Which file QEMU starts a cell's kernel from soonest, found out once for each kernel.
import type { Cache } from '../../cache/store.ts';
import { unpackedKernel } from '../../kernel/unpacked.ts';
import type { Cell } from '../../model/cell.ts';
import { once } from '../once.ts';
import type { PreparedCell } from './prepare.ts';

/** The cell with that file for its kernel. */
export type StartSooner = (cell: Cell, prepared: PreparedCell, signal: AbortSignal) => Promise<PreparedCell>;

export function createStartSooner(cache: Cache): StartSooner {
  const unpacked = new Map<string, Promise<string | undefined>>();
  return async ({ arch }, prepared, signal) => {
    const { kernel, medium } = prepared;
    if (medium !== undefined) return prepared;
    const image = await once(unpacked, `${arch.name} ${kernel.digest}`, () => unpackedKernel(kernel, arch, cache, signal));
    return image === undefined ? prepared : { ...prepared, kernel: { ...kernel, image } };
  };
}
