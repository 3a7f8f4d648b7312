// Which of the known names somebody meant: the did-you-mean of every message.

/** Edits (insert, delete, replace, swap neighbours) between two texts; optimal string alignment. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(at(last, j) + 1, at(row, j - 1) + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(beforeLast, j - 2) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Infinity;

/** The known name nearest to `word`; undefined where none is near. The first wins among equals. */
export function closest(word: string, known: readonly string[]): string | undefined {
  if (word === '' || word.length > 100) return undefined;
  const wanted = word.toLowerCase();
  let best: { readonly name: string; readonly score: number } | undefined;
  for (const name of known) {
    const candidate = name.toLowerCase();
    const near = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
    const distance = Math.abs(candidate.length - wanted.length) > near && !isPart(wanted, candidate) ? Infinity : editDistance(wanted, candidate);
    const score = distance <= near ? distance : isPart(wanted, candidate) ? near + 1 : Infinity;
    if (score < (best?.score ?? Infinity)) best = { name, score };
  }
  return best?.name;
}

/** `timeout` is a part of `timeouts`; one or two letters are a part of everything. */
const isPart = (a: string, b: string): boolean => Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a));

const listLimit = 20;

/** `a, b, c`, cut where it is long. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, listLimit).join(', ');
  return names.length > listLimit ? `${shown} and ${names.length - listLimit} more` : shown;
}

/** `did you mean "timeouts"? valid keys: image, timeouts`: a hint for a name that is not known. */
export function suggest(word: string, known: readonly string[], noun: string): string {
  if (known.length === 0) return `there are no ${noun}`;
  const meant = closest(word, known);
  const choices = `${noun}: ${listNames(known)}`;
  return meant === undefined ? choices : `did you mean "${meant}"? ${choices}`;
}
