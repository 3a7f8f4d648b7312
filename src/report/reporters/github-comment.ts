// One comment in the pull request, which each run brings up to date. Without a pull request there is nothing to do.
import { GithubCommentsSchema, GithubPullsSchema } from '../../model/github.ts';
import type { Reporter } from '../../model/events.ts';
import { readAnswer, type Answer, type Topic } from '../github/answer.ts';
import { commentBody, findComment, type FoundComment } from '../github/comment.ts';
import { endLimitMs, openConnection, type Connection } from '../github/connection.ts';
import { pageUrl } from '../github/page-url.ts';
import { shardSettings } from '../github/shard-settings.ts';
import type { ReporterContext, ReporterModule } from '../reporter.ts';

export default { name: 'github-comment', create: createGithubComment } satisfies ReporterModule;

const topic: Topic = { name: 'pull-request comments', permission: 'pull-requests: write' };
const pageSize = 100;
/** Pages of comments that are searched. */
const maxPages = 30;

function createGithubComment(context: ReporterContext): Reporter {
  const opened = openConnection(context);
  return {
    name: 'github-comment',
    async onEnd(report) {
      const open = await opened;
      if (open === undefined) return;
      open.client.hurry(endLimitMs(report.interrupted));
      const pull = open.place.pull ?? (await findPull(open));
      if (pull === undefined) return;
      const settings = shardSettings(context.github, report.shard);
      const body = commentBody(report, { settings, sha: open.place.sha, page: pageUrl(settings, open.place, report.id) });
      await write(open, pull, body, (comments) => findComment(comments, settings));
    },
  };
}

/** After an answer that was lost it is not known whether there is a comment now: it is looked for again. */
async function write({ client }: Connection, pull: number, body: string, find: (comments: readonly FoundComment[]) => FoundComment | undefined): Promise<void> {
  for (const once of [{ once: true }, { once: true }, {}] as const) {
    const comments = await listComments(client, pull);
    if (comments === undefined) return;
    const found = find(comments);
    const answer: Answer | undefined =
      found === undefined
        ? await client.send(topic, { method: 'POST', path: `issues/${pull}/comments`, body: { body } }, once)
        : await client.send(topic, { method: 'PATCH', path: `issues/comments/${found.id}`, body: { body } });
    if (answer !== undefined || found !== undefined || client.isRefused(topic)) return;
  }
}

async function listComments(client: Connection['client'], pull: number): Promise<readonly FoundComment[] | undefined> {
  const comments: FoundComment[] = [];
  for (let page = 1; page <= maxPages; page += 1) {
    const answer = await client.send(topic, { method: 'GET', path: `issues/${pull}/comments?per_page=${pageSize}&page=${page}` });
    if (answer === undefined) return undefined;
    const read = readAnswer(answer, GithubCommentsSchema) ?? [];
    comments.push(...read);
    if (read.length < pageSize) break;
  }
  return comments;
}

/** The pull request whose newest commit this is, for a push to its branch. */
async function findPull({ client, place }: Connection): Promise<number | undefined> {
  const answer = await client.send(topic, { method: 'GET', path: `commits/${place.sha}/pulls` });
  const pulls = answer && readAnswer(answer, GithubPullsSchema);
  return pulls?.find(({ state, head }) => state === 'open' && head.sha === place.sha)?.number;
}
