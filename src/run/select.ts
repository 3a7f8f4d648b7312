// Which cells a command works on: the whole matrix, or the quick local check on one kernel and the host's architecture.
import { release } from 'node:os';
import type { Arch } from '../model/arch.ts';
import type { Cell } from '../model/cell.ts';
import type { Project } from '../model/project.ts';
import { UsageError } from '../model/errors.ts';
import { expandMatrix } from '../matrix/expand.ts';
import { isHostCell, type Host } from '../matrix/host.ts';
import { selectCells, type Selection } from '../matrix/select.ts';
import { compareReleases } from '../matrix/version.ts';
import { fromImage, fromImageCells } from './from-image.ts';

export interface CellRequest {
  readonly matrix: boolean;
  readonly selection: Selection;
  /** Node's `os.arch()`. */
  readonly hostArch: string;
}

/**
 * The cells of a request, in matrix order; never empty.
 * @throws UsageError when nothing is selected.
 */
export async function requestedCells(project: Project, archs: readonly Arch[], request: CellRequest): Promise<readonly Cell[]> {
  const { selection } = request;
  const listed = selection.kernel?.filter((name) => name !== fromImage);
  const isFromImage = listed !== undefined && listed.length !== selection.kernel?.length;
  const own = isFromImage ? onArchOf(selectCells(await fromImageCells(project, archs), { ...selection, kernel: undefined }), request) : [];
  return isFromImage && listed.length === 0 ? own : [...listedCells(project, archs, { ...request, selection: { ...selection, kernel: listed } }), ...own];
}

/** Cells on the kernels of kernels/, and on this machine. */
function listedCells(project: Project, archs: readonly Arch[], request: CellRequest): readonly Cell[] {
  const { matrix, selection } = request;
  const scripts = project.cases.filter(({ script }) => script !== undefined);
  if (project.kernels.length === 0 && scripts.length < Math.max(1, project.cases.length)) {
    throw new UsageError('NO_KERNELS', `there is no kernel in ${project.harness.kernels}/`, { hint: 'add a file such as kernels/6.12.yaml; the README shows one' });
  }
  const onArch = onArchOf(selectCells(expandMatrix(project, archs, scripts.length === 0 ? undefined : findHost(archs, request.hostArch)), selection), request);
  return matrix || selection.kernel !== undefined ? onArch : besideHost(onArch, (guests) => onDefaultKernel(guests, project.harness.defaultKernel));
}

/** Defaults choose among what the user's own words leave: they are never the reason why nothing is selected. */
function onArchOf(cells: readonly Cell[], { matrix, selection, hostArch }: CellRequest): readonly Cell[] {
  return matrix || selection.arch !== undefined ? cells : besideHost(cells, (guests) => onDefaultArch(guests, hostArch));
}

/** Chooses among the cells that boot a guest; those of this machine stay. */
function besideHost(cells: readonly Cell[], choose: (guests: readonly Cell[]) => readonly Cell[]): readonly Cell[] {
  const chosen = new Set(choose(cells.filter((cell) => !isHostCell(cell))));
  return cells.filter((cell) => isHostCell(cell) || chosen.has(cell));
}

/** @throws UsageError where the architecture of this machine is none that we know. */
function findHost(archs: readonly Arch[], hostArch: string): Host {
  const arch = archs.find(({ hosts }) => hosts[0] === hostArch);
  if (arch === undefined) throw new UsageError('HOST_ARCH_UNKNOWN', `cases with "script" run on this machine, and its architecture (${hostArch}) is none of ${archs.map(({ name }) => name).join(', ')}`, { hint: 'run them on another machine' });
  return { arch, release: /^\d+(\.\d+)*/.exec(release())?.[0] ?? '0' };
}

/** On the architecture of this machine, else on x86_64, else on the first of the matrix. */
function onDefaultArch(cells: readonly Cell[], hostArch: string): readonly Cell[] {
  const archs = cells.map(({ arch }) => arch);
  const chosen = archs.find(({ hosts }) => hosts[0] === hostArch) ?? archs.find(({ name }) => name === 'x86_64') ?? archs[0];
  return cells.filter(({ arch }) => arch.name === chosen?.name);
}

/** On the configured kernel, else on the newest one that is not labelled unstable, else on the newest. */
function onDefaultKernel(cells: readonly Cell[], configured: string | undefined): readonly Cell[] {
  const newestFirst = cells.map(({ kernel }) => kernel).sort((a, b) => compareReleases(b.release, a.release));
  const chosen = newestFirst.find(({ name }) => name === configured) ?? newestFirst.find(({ labels }) => !labels.includes('unstable')) ?? newestFirst[0];
  return cells.filter(({ kernel }) => kernel.name === chosen?.name);
}
