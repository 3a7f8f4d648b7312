// The run as plain lines, for logs and pipes: one for each finished cell, notice and download.
import type { RunEvent, ShardedMatrix } from '../../model/events.ts';
import { count } from '../../model/format.ts';
import { formatSize } from '../../model/units.ts';
import { planWords } from '../round-words.ts';
import { safeLine } from '../text.ts';
import { cellLine } from './closing.ts';
import { createRoundLines, type RoundLines } from './round-lines.ts';
import { paint, type Theme } from './theme.ts';

/** What is shown while the run goes on. */
export interface Display {
  push(event: RunEvent): void;
  close(): void;
}

const largeDownload = 8 * 1024 ** 2;

const ofShard = (shard: ShardedMatrix | undefined): string => (shard === undefined ? '' : `shard ${shard.index} of ${shard.count} of ${count(shard.matrix.length, 'cell')}: `);

export function createPlainLines(theme: Theme, write: (text: string) => void): Display {
  const notices = new Set<string>();
  const announced = new Set<string>();
  let total = 0;
  let done = 0;
  let rounds: RoundLines | undefined;
  const lineOf = (event: RunEvent): string | undefined => {
    switch (event.kind) {
      case 'run-start':
        total = event.cells.length;
        rounds = event.rounds && createRoundLines(event.rounds, theme);
        return `${ofShard(event.shard)}${count(total, 'cell')}, up to ${event.concurrency} at once${event.rounds === undefined ? '' : `, ${planWords(event.rounds)}`}`;
      case 'notice':
        if (notices.has(event.message)) return undefined;
        notices.add(event.message);
        return noticeLine(event.message, theme);
      case 'download':
        // Two lines for a large one: a log that stands still for minutes should say why.
        if (event.finished) {
          announced.delete(event.name);
          return `${paint(theme, 'dim', 'fetched')}  ${safeLine(event.name)} ${formatSize(event.done)}`;
        }
        if (announced.has(event.name) || (event.total ?? largeDownload) < largeDownload) return undefined;
        announced.add(event.name);
        return `${paint(theme, 'dim', 'fetching')} ${safeLine(event.name)}${event.total === undefined ? '' : ` ${formatSize(event.total)}`}`;
      case 'cell-end':
        done += 1;
        return `${paint(theme, 'dim', `[${String(done).padStart(String(total).length)}/${total}]`)} ${cellLine(event.result, theme)}`;
      case 'round-start': case 'round-end': case 'attempt-end':
        return rounds?.line(event);
      case 'template-end': case 'cell-phase': case 'run-end':
        return undefined;
    }
  };
  return {
    push(event) {
      const line = lineOf(event);
      if (line !== undefined) write(`${line}\n`);
    },
    close: () => undefined,
  };
}

/** Something worth knowing that is nobody's failure. */
export const noticeLine = (message: string, theme: Theme): string => `${paint(theme, 'yellow', 'note')} ${safeLine(message)}`;
