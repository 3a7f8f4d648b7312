// Turns calls of the stages (notices, downloads) into events of the run.
import type { Progress } from '../model/events.ts';
import type { EventSink } from './events.ts';

/** Each notice is passed on once, however many cells run into it. */
export function eventProgress(emit: EventSink): Progress {
  const seen = new Set<string>();
  return {
    notice(message) {
      if (seen.has(message)) return;
      seen.add(message);
      emit({ kind: 'notice', message });
    },
    download(name, done, total, finished) {
      emit({ kind: 'download', name, done, ...(total === undefined ? {} : { total }), finished });
    },
  };
}
