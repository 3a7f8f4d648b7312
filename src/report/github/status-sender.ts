// Sends statuses: slowly while a run goes on, of each context only the newest, and what is still due at its end at once.
import type { Topic } from './answer.ts';
import type { GithubClient } from './client.ts';
import type { CommitStatus } from './statuses.ts';

export interface StatusSender {
  /** Due some time. A newer status of a context takes the place of one that is not sent yet. */
  queue(statuses: readonly CommitStatus[]): void;
  /** The run has ended, and these are its statuses. */
  finish(statuses: readonly CommitStatus[]): Promise<void>;
}

const topic: Topic = { name: 'commit statuses', permission: 'statuses: write' };
/** GitHub asks for a second between requests that write. */
const paceMs = 1000;
/** At the end there is no time for that; a few at once are borne. */
const workersAtEnd = 4;

export function createStatusSender(client: GithubClient, sha: string): StatusSender {
  const due = new Map<string, CommitStatus>();
  const sent = new Map<string, CommitStatus>();
  let sending: Promise<void> | undefined;

  const put = (statuses: readonly CommitStatus[]): void => {
    for (const status of statuses) {
      due.delete(status.context);
      if (!isEqual(sent.get(status.context), status)) due.set(status.context, status);
    }
  };
  const work = async (): Promise<void> => {
    for (let [next] = due.values(); next !== undefined && !client.isRefused(topic); [next] = due.values()) {
      due.delete(next.context);
      const answer = await client.send(topic, { method: 'POST', path: `statuses/${sha}`, body: next });
      if (answer !== undefined) sent.set(next.context, next);
      await client.rest(paceMs);
    }
  };
  return {
    queue(statuses) {
      put(statuses);
      sending ??= work().finally(() => (sending = undefined));
    },
    async finish(statuses) {
      // What is on its way must not overtake what comes after it.
      due.clear();
      await sending;
      put(statuses);
      await Promise.all(Array.from({ length: workersAtEnd }, work));
    },
  };
}

function isEqual(one: CommitStatus | undefined, other: CommitStatus): boolean {
  return one?.state === other.state && one.description === other.description && one.target_url === other.target_url;
}
