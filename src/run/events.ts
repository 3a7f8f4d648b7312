// The one place where an event gets its time.
import type { RunEvent } from '../model/events.ts';

type Unstamped<E> = E extends RunEvent ? Omit<E, 'at'> : never;
export type EventSink = (event: Unstamped<RunEvent>) => void;

export function stampEvents(deliver: (event: RunEvent) => void): EventSink {
  return (event) => deliver({ at: new Date().toISOString(), ...event });
}
