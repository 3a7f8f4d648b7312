// The work of `kit-test doctor`: the checks, and KVM tried with a real kernel.
import { arch as hostArch } from 'node:os';
import { resolve } from 'node:path';
import type { Accel, Arch } from '../../model/arch.ts';
import type { BootPlan } from '../../model/boot.ts';
import { HarnessError } from '../../model/errors.ts';
import type { Project } from '../../model/project.ts';
import { runChecks } from '../../doctor/checks.ts';
import type { Check } from '../../doctor/check.ts';
import { archMatcher } from '../../matrix/select.ts';
import { execCase } from '../../run/exec.ts';
import { watchInterrupt } from '../../run/interrupt.ts';
import { hostMemo, userspaceText } from '../../run/cell/machine.ts';
import { guestOf } from '../../run/cell/prepare.ts';
import { requestedCells } from '../../run/select.ts';
import { openPipeline } from '../../run/pipeline.ts';
import { loadCommandWorkspace, projectCache, type Workspace } from '../../run/workspace.ts';
import { colours } from '../colours.ts';
import { exitCodes } from '../exit-codes.ts';
import { stderrProgress } from '../progress.ts';

export interface DoctorOptions {
  readonly json?: boolean;
}

/** Returns the exit code: 3 when something is missing. */
export async function diagnose(options: DoctorOptions): Promise<number> {
  const workspace = await loadCommandWorkspace({ cwd: process.cwd() });
  const { project, archs } = workspace;
  using interrupt = watchInterrupt(() => process.exit(exitCodes.interrupted));
  const { signal } = interrupt;
  const cacheRoot = projectCache(project);
  const checks = await runChecks(
    {
      archs,
      isNeeded: isInMatrix(project),
      memo: hostMemo(cacheRoot),
      platform: process.platform,
      hostArch: hostArch(),
      cacheRoot,
      output: resolve(project.root, project.harness.output),
      probe: (arch, accel) => probeCell(workspace, arch, accel, signal),
    },
    signal,
  );
  if (options.json === true) process.stdout.write(`${JSON.stringify(checks, null, 2)}\n`);
  else process.stdout.write(checks.map(describe).join(''));
  return checks.some(({ status }) => status === 'missing') ? exitCodes.harness : exitCodes.ok;
}

/** Whether the matrix names an architecture, or else a kernel has it. */
function isInMatrix({ harness, kernels }: Project): (arch: Arch) => boolean {
  const { arch: listed, include } = harness.matrix;
  const named = [...(listed ?? []), ...include.flatMap((rule) => rule.arch ?? [])].map(archMatcher);
  return (arch) => named.some((matches) => matches(arch)) || (listed === undefined && kernels.some((kernel) => kernel.arch?.includes(arch.name) ?? true));
}

/** A small cell of the default kernel, planned for the accelerator that is to be tried. */
async function probeCell({ project, archs }: Workspace, arch: Arch, accel: Accel, signal: AbortSignal): Promise<{ readonly plan: BootPlan; readonly expectText: string }> {
  const testCase = await execCase({ command: ['true'], copy: [], modules: [], env: {}, memoryBytes: 512 * 1024 ** 2, cpus: 1, cwd: process.cwd() });
  const [cell] = await requestedCells({ ...project, cases: [testCase] }, archs, { matrix: false, selection: { arch: [arch.name] }, hostArch: hostArch() });
  if (cell === undefined) throw new HarnessError('ACCEL_UNTRIED', 'there is no kernel to try it with');
  const pipeline = await openPipeline(project, { frozen: false, progress: stderrProgress() });
  const prepared = await pipeline.prepare(cell, () => undefined, signal);
  if ('skip' in prepared) throw new HarnessError('ACCEL_UNTRIED', prepared.skip);
  return { plan: await pipeline.machine.planWith(cell, guestOf(prepared), accel, signal), expectText: userspaceText };
}

function describe({ name, status, detail, fix }: Check): string {
  const { green, yellow, red, dim } = colours(process.stdout);
  const paint = { ok: green, warn: yellow, missing: red }[status];
  return `${paint(status.padEnd(7))} ${name}: ${detail}\n${fix === undefined ? '' : `        ${dim('→')} ${fix}\n`}`;
}
