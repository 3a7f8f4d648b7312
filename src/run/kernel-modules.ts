// Modules that were chosen of a kernel, as the image builder takes them.
import type { ModulesRequest } from '../image/modules.ts';
import { readModule, type ModuleSelection } from '../kernel/modules.ts';
import type { Kernel } from '../model/kernel.ts';

/** The modules with depmod's tables for just these; they are read when a segment of them has to be written. */
export function modulesRequest({ release, digest }: Pick<Kernel, 'release' | 'digest'>, { files, tables }: Pick<ModuleSelection, 'files' | 'tables'>, kconfig?: string): ModulesRequest {
  return {
    release,
    kernelDigest: digest,
    files: files.map(({ path, file }) => ({ path, read: () => readModule(file) })),
    texts: Object.entries(tables).map(([name, content]) => ({ name, content })),
    kconfig,
  };
}
