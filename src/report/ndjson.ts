// events.ndjson: one JSON object on each line. A reader takes what is whole; the last line of a killed process may not be.
import type { RunEvent } from '../model/events.ts';

const kinds: ReadonlySet<string> = new Set<RunEvent['kind']>(['run-start', 'notice', 'download', 'round-start', 'round-end', 'template-end', 'cell-phase', 'attempt-end', 'cell-end', 'run-end']);

export interface ParsedEvents {
  readonly events: readonly RunEvent[];
  /** Numbers of the lines that could not be read. */
  readonly broken: readonly number[];
}

export const encodeEvent = (event: RunEvent): string => `${JSON.stringify(event)}\n`;

export function parseEvents(text: string): ParsedEvents {
  const events: RunEvent[] = [];
  const broken: number[] = [];
  text.split('\n').forEach((line, index) => {
    if (line === '') return;
    const event = parseEvent(line);
    if (event === undefined) broken.push(index + 1);
    else events.push(event);
  });
  return { events, broken };
}

/** The events that are whole, each read when it is asked for: those of a big run are more than should be held at once. */
export function* wholeEvents(bytes: Buffer): Iterable<RunEvent> {
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf('\n', start);
    const end = found === -1 ? bytes.length : found;
    const event = parseEvent(bytes.toString('utf8', start, end));
    if (event !== undefined) yield event;
    start = end + 1;
  }
}

function parseEvent(line: string): RunEvent | undefined {
  try {
    const value = JSON.parse(line) as Partial<RunEvent> | null;
    return typeof value?.at === 'string' && typeof value.kind === 'string' && kinds.has(value.kind) ? (value as RunEvent) : undefined;
  } catch {
    return undefined;
  }
}
