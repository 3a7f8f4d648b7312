// Work that several callers want is done once: they share one flight, which ends early only when all of them gave up.

interface Flight<T> {
  readonly result: Promise<T>;
  readonly abort: AbortController;
  waiting: number;
}

export type SingleFlight = <T>(key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** Creates a group of flights; equal keys in flight at the same time are one. Nothing is remembered once it has landed. */
export function createSingleFlight(): SingleFlight {
  const flights = new Map<string, Flight<unknown>>();
  return async <T>(key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> => {
    signal?.throwIfAborted();
    const flight = (flights.get(key) as Flight<T> | undefined) ?? start(flights, key, work);
    flight.waiting += 1;
    try {
      return await orAborted(flight.result, signal);
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0) {
        // A later caller must not join a flight that is being given up.
        if (flights.get(key) === flight) flights.delete(key);
        flight.abort.abort(signal?.reason);
      }
    }
  };
}

function start<T>(flights: Map<string, Flight<unknown>>, key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
  const abort = new AbortController();
  const result = Promise.resolve().then(() => work(abort.signal));
  const flight: Flight<T> = { result, abort, waiting: 0 };
  const landed = (): void => {
    if (flights.get(key) === flight) flights.delete(key);
  };
  result.then(landed, landed);
  flights.set(key, flight);
  return flight;
}

async function orAborted<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return result;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
