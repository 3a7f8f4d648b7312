// How a run shows itself on GitHub, and what is read of the files and answers it gives.
import * as z from 'zod';

export const GithubSchema = z
  .strictObject({
    status: z.boolean().default(false).describe('commit statuses: one for the run, one for each kernel and architecture. Needs the permission `statuses: write`'),
    check: z.boolean().default(false).describe('a check run with the summary, and annotations at the YAML of cases that failed. Needs the permission `checks: write`'),
    comment: z.boolean().default(false).describe('one comment in the pull request, with the summary, that each run brings up to date. Needs the permission `pull-requests: write`'),
    context: z
      .string()
      .min(1)
      .max(100)
      .regex(/^[\x20-\x7e]+$/, 'expected printable ASCII')
      .default('kit-test')
      .describe('name of the check and of the status of the run; the statuses of kernels and architectures begin with it. Runs that share a commit need different ones'),
    targetUrl: z
      .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
      .optional()
      .describe("where the page of the run will be published; {run} and {sha} are replaced. Default: the workflow run's page"),
  })
  .describe('what a run reports to GitHub, where GITHUB_TOKEN is set or GitHub Actions runs it');

export type GithubSettings = z.output<typeof GithubSchema>;

const sha = z.string().regex(/^[0-9a-f]{40,64}$/i);

/** What is read of the event that started a workflow: a pull request's commit, rather than that of its trial merge. */
export const GithubEventSchema = z.looseObject({
  pull_request: z.looseObject({ number: z.int().positive(), head: z.looseObject({ sha }) }).optional(),
  workflow_run: z.looseObject({ head_sha: sha, pull_requests: z.array(z.looseObject({ number: z.int().positive() })).optional() }).optional(),
});

/** What is read of the answer to a check run that was made. */
export const GithubCheckSchema = z.looseObject({ id: z.int().positive() });

/** What is read of a pull request's comments. */
export const GithubCommentsSchema = z.array(z.looseObject({ id: z.int().positive(), body: z.string().optional(), user: z.looseObject({ type: z.string() }).nullish() }));

/** What is read of the pull requests that have a commit. */
export const GithubPullsSchema = z.array(z.looseObject({ number: z.int().positive(), state: z.string(), head: z.looseObject({ sha: z.string() }) }));

/** What is read of an answer that says no. */
export const GithubRefusalSchema = z.looseObject({ message: z.string() });
