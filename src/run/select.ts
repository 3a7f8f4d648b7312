// Which cells a command works on: the whole matrix, or the quick local check on one kernel and the host's architecture.
import type { Arch } from '../model/arch.ts';
import type { Cell } from '../model/cell.ts';
import type { Project } from '../model/project.ts';
import { UsageError } from '../model/errors.ts';
import { expandMatrix } from '../matrix/expand.ts';
import { selectCells, type Selection } from '../matrix/select.ts';
import { compareReleases } from '../matrix/version.ts';

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
export function requestedCells(project: Project, archs: readonly Arch[], request: CellRequest): readonly Cell[] {
  const { matrix, selection, hostArch } = request;
  const cells = expandMatrix(project, archs);
  if (matrix) return selectCells(cells, selection);
  return selectCells(cells, {
    ...selection,
    kernel: selection.kernel ?? [defaultKernel(project)],
    arch: selection.arch ?? [defaultArch(archs, hostArch).name],
  });
}

/** The kernel of a run without `--matrix`: as configured, else the newest one that is not labelled unstable. */
export function defaultKernel(project: Project): string {
  if (project.harness.defaultKernel !== undefined) return project.harness.defaultKernel;
  const stable = project.kernels.filter((kernel) => !kernel.labels.includes('unstable'));
  const newest = [...(stable.length > 0 ? stable : project.kernels)].sort((a, b) => compareReleases(b.release, a.release))[0];
  if (newest === undefined) {
    throw new UsageError('NO_KERNELS', `there is no kernel in ${project.harness.kernels}/`, { hint: 'add a file such as kernels/6.12.yaml; the README shows one' });
  }
  return newest.name;
}

/** The architecture of this machine, or x86_64 where guests of it are not supported. */
export function defaultArch(archs: readonly Arch[], hostArch: string): Arch {
  const arch = archs.find((candidate) => candidate.hosts[0] === hostArch) ?? archs.find(({ name }) => name === 'x86_64');
  if (arch === undefined) throw new UsageError('NO_ARCH', `no architecture for a ${hostArch} host`, { hint: 'name one with --arch' });
  return arch;
}
