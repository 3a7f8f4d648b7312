// What a cell boots, made ready: kernel and image by the stages, joined to the one initrd QEMU loads.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Script } from '../../model/case.ts';
import type { Cell } from '../../model/cell.ts';
import { InternalError } from '../../model/errors.ts';
import type { CellPhase } from '../../model/events.ts';
import type { Harness } from '../../model/harness.ts';
import type { Image } from '../../model/image.ts';
import type { Kernel } from '../../model/kernel.ts';
import { probePorts } from '../../model/probe.ts';
import { quoteWord } from '../../model/shell.ts';
import type { DriveFile, MediumFile, MemoryFile } from '../../boot/devices.ts';
import { composeInitrd } from '../../boot/initrd.ts';
import { hasOurInit } from '../../image/sections/derived.ts';
import { addSegment } from '../../image/segment.ts';
import type { ExtraFile } from '../../image/extra.ts';
import type { ImageBuilder } from '../../image/build.ts';
import { parseKconfig } from '../../kernel/kconfig.ts';
import { requireModules, type ModuleSelection } from '../../kernel/modules.ts';
import { unmetConfig, unmetRelease, unmetSystem } from '../../matrix/needs.ts';
import { attach, type Attachments, type Copy } from './attachments.ts';
import { hostFacts, type HostFacts } from '../host-facts.ts';
import { fromImage, unknownRelease } from '../from-image.ts';
import { readImageSource, type ImageSource } from '../image-yaml.ts';
import { modulesRequest } from '../kernel-modules.ts';
import { formatFiles, prepareMedium } from './medium.ts';
import { defaultFormat, runnerFor, unfitForRunner, valuesOfFiles, type RunnerValues } from './runner.ts';
import { createSymbolLoader, type KernelSymbols } from '../symbols.ts';
import type { Supplies } from '../workspace.ts';

export interface PreparedCell {
  readonly kernel: Kernel;
  readonly symbols: KernelSymbols | undefined;
  readonly image: Image;
  readonly initrd: string;
  /** What firmware boots from; undefined where QEMU loads kernel and initrd. */
  readonly medium: MediumFile | undefined;
  /** The files of the runner's format; undefined where QEMU boots. */
  readonly runnerFiles: RunnerValues | undefined;
  /** Ports of the guest to forward. */
  readonly ports: readonly number[];
  readonly drives: readonly DriveFile[];
  /** Of a guest that waits for its root file system: that, and its memory. */
  readonly payload?: DriveFile;
  readonly memoryFile?: MemoryFile;
  readonly kconfig?: string | undefined;
  /** The image has builtin:init, which says when it is ready and waits for the probes. */
  readonly waits: boolean;
}

/** A script runs on this machine: nothing is built for it. */
export interface PreparedScript {
  readonly script: Script;
  readonly host: HostFacts;
  readonly kernel?: undefined;
  readonly image?: undefined;
}

export type Prepared = (PreparedCell & { readonly script?: undefined }) | PreparedScript;

/** `beside` are files laid over the image, with those of the cell. */
export type Prepare = (cell: Cell, onPhase: (phase: CellPhase) => void, signal: AbortSignal, beside?: readonly ExtraFile[]) => Promise<Prepared | { readonly skip: string }>;

/** Of a cell that is known to boot a guest. */
export function guestOf(prepared: Prepared): PreparedCell {
  if (prepared.script !== undefined) throw new InternalError('a script was prepared where a guest was asked for');
  return prepared;
}

const noModules: ModuleSelection = { files: [], builtin: [], missing: [], tables: {} };

/** Creates the preparation of cells. What several cells share is made once, by the caches of the stages. */
export function createPrepare(supplies: Supplies, images: ImageBuilder, harness: Pick<Harness, 'runner'>): Prepare {
  const symbolsOf = createSymbolLoader();
  const sources = new Map<string, Promise<ImageSource>>();
  const sourceOf = (cell: Cell): Promise<ImageSource> => {
    const known = sources.get(cell.case.name) ?? readImageSource(cell.case).then((source) => {
      for (const notice of source.notices ?? []) supplies.progress.notice(notice);
      return source;
    });
    sources.set(cell.case.name, known);
    return known;
  };
  return async (cell, onPhase, signal, beside = []) => {
    const { script } = cell.case;
    if (script !== undefined) {
      const host = await hostFacts(process.env);
      const skip = unmetSystem(cell.case.needs, host.os);
      return skip === undefined ? { script, host } : { skip };
    }
    onPhase('kernel');
    const kernel = await supplies.kernel(cell.kernel, cell.arch, signal);
    const kconfig = kernel.config === undefined ? undefined : await readFile(kernel.config, 'utf8');
    const skip = (cell.kernel.release === unknownRelease ? unmetRelease(cell.case.needs, kernel.release) : undefined) ?? unmet(cell, kconfig);
    if (skip !== undefined) return { skip };
    const runner = runnerFor(harness, cell.arch);
    const unfit = runner === undefined ? undefined : unfitForRunner(cell, runner, probePorts(cell.case.probe));
    if (unfit !== undefined) return { skip: unfit };
    const symbols = await symbolsOf(kernel, cell.arch);
    onPhase('image');
    const attachments = await attach(cell, kernel, kconfig, runner === undefined ? { copies: copiesOf(cell), resultsPort: cell.case.results === 'port' } : { copies: [], resultsPort: false }, supplies, signal);
    const names = [...cell.case.modules, ...attachments.modules];
    const modules = names.length === 0 ? noModules : await requireModules(kernel, names);
    const { yaml, baseDir, placeOf } = await sourceOf(cell);
    const rootfs = await images.rootfs({ yaml, baseDir, placeOf, withKernel: cell.kernel.name === fromImage, arch: cell.arch, extra: [...extraFiles(cell, attachments), ...beside] }, signal);
    const ofKernel = await images.modules(modulesRequest(kernel, modules, kconfig), signal);
    const image = ofKernel === undefined ? rootfs : addSegment(rootfs, ofKernel);
    const initrd = await composeInitrd(supplies.cache, image.segments, signal);
    const medium = runner === undefined ? await prepareMedium({ cell, kernel, image }, supplies, signal) : undefined;
    const runnerFiles = runner && valuesOfFiles(runner.format === defaultFormat ? [] : await formatFiles(runner.format, { cell, kernel, image }, supplies, signal), { kernel: kernel.image, initrd });
    return { kernel, symbols, image, initrd, medium, runnerFiles, ports: attachments.ports, drives: attachments.drives, kconfig, waits: hasOurInit(yaml) };
  };
}

function unmet(cell: Cell, kconfig: string | undefined): string | undefined {
  if (cell.case.needs.config.length === 0) return undefined;
  if (kconfig === undefined) return `needs ${cell.case.needs.config.join(', ')}, but kernel ${cell.kernel.name} comes without its Kconfig file`;
  return unmetConfig(cell.case.needs, parseKconfig(kconfig));
}

/** Files of the cell itself, laid over the image: a `run:` command with what it copies. */
function extraFiles(cell: Cell, { modules, files, copiesAt }: Attachments): readonly ExtraFile[] {
  const { run } = cell.case;
  // builtin:init loads them before the first entry.
  const load = [...new Set([...modules, ...cell.case.modules])];
  const autoload: readonly ExtraFile[] = load.length === 0 ? [] : [{ path: 'etc/kit-test/modules', mode: 0o644, content: `${load.join('\n')}\n` }];
  if (run === undefined) return [...autoload, ...files];
  const forArch = archWords(cell);
  const exports = Object.entries(run.env).map(([name, value]) => `export ${name}=${quoteWord(forArch(value))}\n`).join('');
  const script = `${copiesAt === undefined ? '' : overlayWork(copiesAt)}${exports}exec ${run.command.map((word) => quoteWord(forArch(word))).join(' ')}\n`;
  const copies = copiesAt === undefined ? copiesOf(cell) : [];
  return [...autoload, ...files, ...copies, { path: 'etc/kit-test/run', mode: 0o644, content: script }];
}

const archWords = (cell: Cell) => (text: string): string => text.replaceAll('{arch}', cell.arch.name);

/** What `run` copies, and where it lies in the guest. */
function copiesOf(cell: Cell): readonly Copy[] {
  return (cell.case.run?.copy ?? []).map((path) => {
    const hostPath = resolve(cell.case.dir, archWords(cell)(path));
    return { path: workPath(hostPath), hostPath };
  });
}

/** /work stays as writable as it is without a drive: what is written lies in memory. */
function overlayWork(lower: string): string {
  const layers = '/run/work';
  return `mkdir -p /work ${layers}/upper ${layers}/work && mount -t overlay -o lowerdir=${lower},upperdir=${layers}/upper,workdir=${layers}/work overlay /work && cd /work || exit\n`;
}

/** Where a copied file or folder lies in the guest: by its own name in /work. */
export function workPath(path: string): string {
  return `work/${path.split('/').findLast((part) => part !== '' && part !== '.') ?? 'files'}`;
}
