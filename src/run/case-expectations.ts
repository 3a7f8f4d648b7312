// By what a saved console is judged that is said to be of a case of the project.
import { lookUpArch } from '../arch/index.ts';
import { timeScale } from '../config/resolve.ts';
import { hasKnownFailures } from '../matrix/known.ts';
import { UsageError } from '../model/errors.ts';
import { suggest } from '../model/suggest.ts';
import type { SavedExpectations } from './saved-evidence.ts';
import { loadWorkspace } from './workspace.ts';

/** @throws UsageError `NO_CASE`, or ConfigError with every mistake of the project. */
export async function caseExpectations(name: string, config: string | undefined): Promise<SavedExpectations> {
  const { project, archs } = await loadWorkspace({ cwd: process.cwd(), config, requireConfig: true });
  const found = project.cases.find((one) => one.name === name);
  if (found === undefined) throw new UsageError('NO_CASE', `--case ${JSON.stringify(name)}: there is no such case`, { hint: suggest(name, project.cases.map((one) => one.name), 'cases') });
  return {
    expect: found.expect,
    probes: found.probe ?? [],
    hasKnown: hasKnownFailures(found, project.harness.known),
    scaleOf(arch, accel) {
      const place = lookUpArch(archs, arch);
      return place && timeScale(project.harness, place, accel);
    },
  };
}
