// Where GitHub's links to a run lead: to its own page where that is published, else to the workflow's. Pure.
import type { GithubSettings } from '../../model/github.ts';
import type { GithubPlace } from './place.ts';

/** `run` is the run's id. */
export function pageUrl({ targetUrl }: GithubSettings, { sha, runUrl }: GithubPlace, run: string): string | undefined {
  return targetUrl === undefined ? runUrl : targetUrl.replaceAll('{run}', encodeURIComponent(run)).replaceAll('{sha}', sha);
}
