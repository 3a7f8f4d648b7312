// An address within the page, so that what is seen can be sent to somebody: `#cell=boot/6.12/x86_64&attempt=1&line=251&q=arm`. Pure.

export interface Route {
  readonly cell?: string | undefined;
  /** Number of the attempt; the one that counts where there is none. */
  readonly attempt?: number | undefined;
  /** Line of the attempt's console. */
  readonly line?: number | undefined;
  /** What is searched for. */
  readonly query: string;
}

export function parseRoute(hash: string): Route {
  const words = new URLSearchParams(hash.replace(/^#/, ''));
  return { cell: words.get('cell') ?? undefined, attempt: positive(words.get('attempt')), line: positive(words.get('line')), query: words.get('q') ?? '' };
}

export function formatRoute({ cell, attempt, line, query }: Route): string {
  const words = new URLSearchParams();
  if (cell !== undefined) words.set('cell', cell);
  if (attempt !== undefined) words.set('attempt', String(attempt));
  if (line !== undefined) words.set('line', String(line));
  if (query !== '') words.set('q', query);
  // Slashes may stand in a fragment, and ids of cells are read by people.
  return `#${words.toString().replaceAll('%2F', '/')}`;
}

function positive(text: string | null): number | undefined {
  const number = Number(text);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
