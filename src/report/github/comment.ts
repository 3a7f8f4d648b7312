// The one comment of a pull request that tells of its newest run, and how it is found again. Pure.
import type { GithubSettings } from '../../model/github.ts';
import type { RunReport } from '../../model/report.ts';
import { html } from './html.ts';
import { renderSummary } from './summary.ts';

export interface FoundComment {
  readonly id: number;
  readonly body?: string | undefined;
  readonly user?: { readonly type: string } | null | undefined;
}

/** GitHub takes 65536 characters; bytes are never fewer. */
const bodyLimit = 65_536;

/** Stands at the beginning of the comment, unseen. Each context has a comment of its own. */
export const markerOf = ({ context }: Pick<GithubSettings, 'context'>): string => `<!-- kit-test: ${encodeURIComponent(context)} -->`;

export interface CommentFacts {
  readonly settings: GithubSettings;
  readonly sha: string;
  readonly page: string | undefined;
}

export function commentBody(report: RunReport, { settings, sha, page }: CommentFacts): string {
  const title = settings.context === 'kit-test' ? '' : `<b>${html(settings.context)}</b>, `;
  const link = page === undefined ? '' : `, <a href="${html(page)}">all of it</a>`;
  const foot = `<sub>${title}commit ${sha.slice(0, 10)}${link}</sub>`;
  const frame = `${markerOf(settings)}\n\n${foot}\n`;
  return `${markerOf(settings)}\n${renderSummary(report, bodyLimit - Buffer.byteLength(frame))}\n${foot}\n`;
}

/** Ours among comments: the first with the marker; one of a bot rather than one of somebody who copied it. */
export function findComment(comments: readonly FoundComment[], settings: Pick<GithubSettings, 'context'>): FoundComment | undefined {
  const marked = comments.filter(({ body }) => body?.startsWith(markerOf(settings)));
  return marked.find(({ user }) => user?.type === 'Bot') ?? marked[0];
}
