// What a cell boots, made ready: kernel and image by the stages, joined to the one initrd QEMU loads.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Cell } from '../model/cell.ts';
import type { CellPhase } from '../model/events.ts';
import type { Image } from '../model/image.ts';
import type { Kernel } from '../model/kernel.ts';
import { quoteWord } from '../model/shell.ts';
import { composeInitrd } from '../boot/initrd.ts';
import { addSegment } from '../image/segment.ts';
import type { ExtraFile } from '../image/extra.ts';
import type { ImageBuilder } from '../image/build.ts';
import { parseKconfig } from '../kernel/kconfig.ts';
import { readModule, requireModules, selectModules, type ModuleSelection } from '../kernel/modules.ts';
import { unmetConfig, unmetRelease } from '../matrix/needs.ts';
import { unknownRelease } from './from-image.ts';
import { readImageSource, type ImageSource } from './image-yaml.ts';
import type { Supplies } from './workspace.ts';

export interface PreparedCell {
  readonly kernel: Kernel;
  readonly image: Image;
  readonly initrd: string;
}

export type Prepare = (cell: Cell, onPhase: (phase: CellPhase) => void, signal: AbortSignal) => Promise<PreparedCell | { readonly skip: string }>;

/** Drivers of the network card; where the kernel has them built in there is nothing to add. */
const networkModules = ['virtio_pci', 'virtio_net'];

const noModules: ModuleSelection = { files: [], builtin: [], missing: [], tables: {} };

/** Creates the preparation of cells. What several cells share is made once, by the caches of the stages. */
export function createPrepare(supplies: Supplies, images: ImageBuilder): Prepare {
  const sources = new Map<string, Promise<ImageSource>>();
  const sourceOf = (cell: Cell): Promise<ImageSource> => {
    const known = sources.get(cell.case.name) ?? readImageSource(cell.case);
    sources.set(cell.case.name, known);
    return known;
  };
  return async (cell, onPhase, signal) => {
    onPhase('kernel');
    const kernel = await supplies.kernel(cell.kernel, cell.arch, signal);
    const kconfig = kernel.config === undefined ? undefined : await readFile(kernel.config, 'utf8');
    const skip = (cell.kernel.release === unknownRelease ? unmetRelease(cell.case.needs, kernel.release) : undefined) ?? unmet(cell, kconfig);
    if (skip !== undefined) return { skip };
    onPhase('image');
    // A kernel without the network card's drivers as modules has them built in, or the case says what it found missing.
    const drivers = cell.case.network ? (await selectModules(kernel, networkModules)).files.map(({ name }) => name) : [];
    const names = [...cell.case.modules, ...drivers];
    const modules = names.length === 0 ? noModules : await requireModules(kernel, names);
    const { yaml, baseDir } = await sourceOf(cell);
    const rootfs = await images.rootfs({ yaml, baseDir, arch: cell.arch, extra: extraFiles(cell, drivers) }, signal);
    const ofKernel = await images.modules(
      {
        release: kernel.release,
        kernelDigest: kernel.digest,
        files: modules.files.map(({ path, file }) => ({ path, read: () => readModule(file) })),
        texts: Object.entries(modules.tables).map(([name, content]) => ({ name, content })),
        kconfig,
      },
      signal,
    );
    const image = ofKernel === undefined ? rootfs : addSegment(rootfs, ofKernel);
    return { kernel, image, initrd: await composeInitrd(supplies.cache, image.segments, signal) };
  };
}

function unmet(cell: Cell, kconfig: string | undefined): string | undefined {
  if (cell.case.needs.config.length === 0) return undefined;
  if (kconfig === undefined) return `needs ${cell.case.needs.config.join(', ')}, but kernel ${cell.kernel.name} comes without its Kconfig file`;
  return unmetConfig(cell.case.needs, parseKconfig(kconfig));
}

/** Files of the cell itself, laid over the image: a `run:` command with what it copies. */
function extraFiles(cell: Cell, drivers: readonly string[]): readonly ExtraFile[] {
  const { run, dir } = cell.case;
  // builtin:init loads them before the first entry.
  const load = [...new Set([...drivers, ...cell.case.modules])];
  const autoload: readonly ExtraFile[] = load.length === 0 ? [] : [{ path: 'etc/kit-test/modules', mode: 0o644, content: `${load.join('\n')}\n` }];
  if (run === undefined) return autoload;
  const forArch = (text: string): string => text.replaceAll('{arch}', cell.arch.name);
  const copies = run.copy.map((path): ExtraFile => {
    const hostPath = resolve(dir, forArch(path));
    return { path: workPath(hostPath), hostPath };
  });
  const exports = Object.entries(run.env).map(([name, value]) => `export ${name}=${quoteWord(forArch(value))}\n`).join('');
  const script = `${exports}exec ${run.command.map((word) => quoteWord(forArch(word))).join(' ')}\n`;
  return [...autoload, ...copies, { path: 'etc/kit-test/run', mode: 0o644, content: script }];
}

/** Where a copied file or folder lies in the guest: by its own name in /work. */
export function workPath(path: string): string {
  return `work/${path.split('/').findLast((part) => part !== '' && part !== '.') ?? 'files'}`;
}
