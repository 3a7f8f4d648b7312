// Commit statuses on GitHub: pending at the start, each kernel and architecture as soon as its last cell has ended.
import type { Reporter } from '../../model/events.ts';
import type { CellResult } from '../../model/report.ts';
import { endLimitMs, openConnection } from '../github/connection.ts';
import { pageUrl } from '../github/page-url.ts';
import { shardSettings } from '../github/shard-settings.ts';
import { createStatusSender } from '../github/status-sender.ts';
import { columnOf, columnsOf, endedColumn, finalStatuses, pendingStatuses, type CommitStatus, type StatusOptions } from '../github/statuses.ts';
import type { ReporterContext, ReporterModule } from '../reporter.ts';

export default { name: 'github-status', create: createGithubStatus } satisfies ReporterModule;

function createGithubStatus(context: ReporterContext): Reporter {
  const opened = openConnection(context).then((connection) => connection && { ...connection, sender: createStatusSender(connection.client, connection.place.sha) });
  const ended = new Map<string, [CellResult, ...CellResult[]]>();
  let planned: ReadonlyMap<string, readonly unknown[]> = new Map();
  let run = '';
  let settings = context.github;

  const queue = (make: (options: StatusOptions) => readonly CommitStatus[]): void => {
    const [id, current] = [run, settings];
    void opened.then((open) => open?.sender.queue(make({ settings: current, page: pageUrl(current, open.place, id) })));
  };
  return {
    name: 'github-status',
    onEvent(event) {
      if (event.kind === 'run-start') {
        run = event.id;
        settings = shardSettings(context.github, event.shard);
        planned = columnsOf(event.cells);
        queue((options) => pendingStatuses(event.cells, options));
      } else if (event.kind === 'cell-end') {
        const name = columnOf(event.result);
        const before = ended.get(name);
        const column = before === undefined ? ([event.result] as const) : ([...before, event.result] as const);
        ended.set(name, [...column]);
        if (column.length === planned.get(name)?.length) queue((options) => [endedColumn(column, options)]);
      }
    },
    async onEnd(report) {
      const open = await opened;
      if (open === undefined) return;
      open.client.hurry(endLimitMs(report.interrupted));
      settings = shardSettings(context.github, report.shard);
      await open.sender.finish(finalStatuses(report, { settings, page: pageUrl(settings, open.place, report.id) }));
    },
  };
}
