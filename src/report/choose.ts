// Which reporters a run has: those of the command line or the project, and those of the place it runs at.
import type { GithubSettings } from '../model/github.ts';
import type { Harness } from '../model/harness.ts';

export interface ReporterChoice {
  /** Named on the command line: these and no others. */
  readonly reporters?: readonly string[] | undefined;
  /** Asked for beside whatever else there is. */
  readonly addReporters?: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const askedOf = ({ status, check, comment }: GithubSettings): readonly string[] => [...(status ? ['github-status'] : []), ...(check ? ['github-check'] : []), ...(comment ? ['github-comment'] : [])];

/** What a project reports to GitHub it does not report from a developer's machine, where there is neither workflow nor token. */
export function chosenReporters({ reporters, github }: Harness, { reporters: named, addReporters = [], env }: ReporterChoice): readonly string[] {
  const inActions = env['GITHUB_ACTIONS'] === 'true';
  const canReport = inActions || (env['GITHUB_TOKEN'] ?? '') !== '';
  const ofProject = [...reporters, ...(inActions ? ['github'] : []), ...(canReport ? askedOf(github) : [])];
  return [...new Set([...(named ?? ofProject), ...addReporters])];
}
