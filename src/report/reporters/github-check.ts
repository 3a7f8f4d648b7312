// A check run on GitHub: in progress while the run goes on, then its verdict, the summary, and annotations at the cases' YAML.
import { count } from '../../model/format.ts';
import { GithubCheckSchema } from '../../model/github.ts';
import type { Reporter } from '../../model/events.ts';
import type { RunReport } from '../../model/report.ts';
import type { ShardNumber } from '../../model/shard.ts';
import { readAnswer, type Answer, type Topic } from '../github/answer.ts';
import { checkOutputs, conclusionOf } from '../github/check.ts';
import { endLimitMs, openConnection, type Connection } from '../github/connection.ts';
import { pageUrl } from '../github/page-url.ts';
import { repositoryPath } from '../github/repository-path.ts';
import { shardSettings } from '../github/shard-settings.ts';
import type { ReporterContext, ReporterModule } from '../reporter.ts';

export default { name: 'github-check', create: createGithubCheck } satisfies ReporterModule;

const topic: Topic = { name: 'check runs', permission: 'checks: write' };

function createGithubCheck(context: ReporterContext): Reporter {
  const { env, root } = context;
  const opened = openConnection(context);
  let begun: Promise<number | undefined> = Promise.resolve(undefined);

  const begin = ({ client, place }: Connection, run: { readonly id: string; readonly at: string; readonly shard?: ShardNumber }, more: object): Promise<Answer | undefined> => {
    const settings = shardSettings(context.github, run.shard);
    const page = pageUrl(settings, place, run.id);
    const body = { name: settings.context, head_sha: place.sha, external_id: run.id, started_at: secondsOf(run.at), ...(page === undefined ? {} : { details_url: page }), ...more };
    return client.send(topic, { method: 'POST', path: 'check-runs', body });
  };
  return {
    name: 'github-check',
    onEvent(event) {
      if (event.kind !== 'run-start') return;
      const output = { title: `${count(event.cells.length, 'cell')} to boot`, summary: 'The run goes on.' };
      begun = opened.then(async (open) => open && idOf(await begin(open, event, { status: 'in_progress', output })));
    },
    async onEnd(report) {
      const open = await opened;
      if (open === undefined) return;
      const { client } = open;
      client.hurry(endLimitMs(report.interrupted));
      const [first, ...further] = checkOutputs(report, await repositoryPath(root, env['GITHUB_WORKSPACE']));
      const ended = { status: 'completed', conclusion: conclusionOf(report), completed_at: secondsOf(endOf(report)), output: first };
      const id = await begun;
      const answer = id === undefined ? await begin(open, { ...report, at: report.startedAt }, ended) : await client.send(topic, { method: 'PATCH', path: `check-runs/${id}`, body: ended });
      const made = id ?? idOf(answer);
      // The verdict is told before annotations for which there may be no time.
      for (const output of made === undefined || answer === undefined ? [] : further) {
        if ((await client.send(topic, { method: 'PATCH', path: `check-runs/${made}`, body: { output } })) === undefined) break;
      }
    },
  };
}

const idOf = (answer: Answer | undefined): number | undefined => answer && readAnswer(answer, GithubCheckSchema)?.id;

const endOf = ({ startedAt, durationMs }: RunReport): string => new Date(Date.parse(startedAt) + durationMs).toISOString();

/** GitHub wants times without fractions. */
const secondsOf = (at: string): string => `${at.slice(0, 19)}Z`;
