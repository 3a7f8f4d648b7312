// `--kernel from-image`: each case on the kernel that its own image.yml names, as `linuxkit build` would boot it.
import { relative, resolve } from 'node:path';
import type { Arch } from '../model/arch.ts';
import type { Case } from '../model/case.ts';
import type { Cell } from '../model/cell.ts';
import type { KernelSpec } from '../model/kernel.ts';
import type { Project } from '../model/project.ts';
import { expandMatrix } from '../matrix/expand.ts';
import { readImageSource } from './image-yaml.ts';

/** What `--kernel` takes for it; no file of kernels/ has that name. */
export const fromImage = 'from-image';

/** A release that is known only once the kernel is here; needs of a case are checked then. */
export const unknownRelease = 'unknown';

/** A cell for each case and architecture; one whose image names no kernel is skipped with that reason. */
export async function fromImageCells(project: Project, archs: readonly Arch[]): Promise<readonly Cell[]> {
  const harness = { ...project.harness, matrix: { ...project.harness.matrix, kernels: undefined } };
  const cells = await Promise.all(project.cases.filter(({ script }) => script === undefined).map(async (testCase) => {
    const { spec, skip } = await kernelOf(testCase, project.root);
    const anyRelease = { ...testCase, needs: { ...testCase.needs, kernel: undefined } };
    return expandMatrix({ harness, cases: [anyRelease], kernels: [spec] }, archs).map((cell): Cell => ({ ...cell, case: testCase, ...(skip === undefined ? {} : { skip }) }));
  }));
  return cells.flat();
}

async function kernelOf(testCase: Case, root: string): Promise<{ readonly spec: KernelSpec; readonly skip?: string }> {
  const file = resolve(testCase.dir, testCase.image ?? 'image.yml');
  const kernel = testCase.image === undefined ? undefined : (await readImageSource(testCase)).yaml.kernel;
  const { image = '', binary, tar } = kernel ?? {};
  const spec: KernelSpec = {
    name: fromImage,
    file,
    release: unknownRelease,
    labels: [],
    cmdline: [],
    source: { type: 'oci', image, ...(binary === undefined ? {} : { kernel: binary }), ...(tar === undefined ? {} : { tar }) },
  };
  if (image !== '') return { spec };
  return { spec, skip: testCase.image === undefined ? 'a run: case has no image that could name a kernel' : `${relative(root, file)} names no kernel.image` };
}
