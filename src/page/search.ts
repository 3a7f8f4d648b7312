// What the search box understands: words that must all occur in what is known of a cell, `-word` for what must not,
// `is:fail` for a verdict (several with commas), `is:new` for what earlier runs say. Pure.
import type { CellResult } from '../model/report.ts';
import { cellReason } from '../report/round-words.ts';
import { outlookOf } from '../report/summarize.ts';

export type Matches = (cell: CellResult) => boolean;

/** A predicate for a query; undefined where it leaves nothing out. */
export function parseQuery(query: string): Matches | undefined {
  const tests = query.toLowerCase().split(/\s+/).filter((word) => word !== '' && word !== '-').map(parseWord);
  return tests.length === 0 ? undefined : (cell) => tests.every((test) => test(cell));
}

function parseWord(word: string): Matches {
  if (word.startsWith('-')) {
    const test = parseWord(word.slice(1));
    return (cell) => !test(cell);
  }
  if (word.startsWith('is:')) {
    const words = new Set(word.slice(3).split(','));
    return (cell) => words.has(outlookOf(cell)) || (cell.flaky || cell.cached !== undefined) && words.has('pass') || words.has(cell.history?.state ?? '');
  }
  return (cell) => textOf(cell).includes(word);
}

const texts = new WeakMap<CellResult, string>();

function textOf(cell: CellResult): string {
  const known = texts.get(cell);
  if (known !== undefined) return known;
  const { id, summary, labels } = cell;
  const text = [id, summary, ...labels, outlookOf(cell), cellReason(cell)].join('\n').toLowerCase();
  texts.set(cell, text);
  return text;
}

/** The query with `is:word` switched: there, alone among others, or away. */
export function toggleVerdict(query: string, word: string): string {
  const words = query.split(/\s+/).filter((part) => part !== '');
  const chosen = words.filter((part) => part.startsWith('is:')).flatMap((part) => part.slice(3).split(','));
  const next = chosen.includes(word) ? chosen.filter((one) => one !== word) : [...chosen, word];
  const rest = words.filter((part) => !part.startsWith('is:'));
  return [...rest, ...(next.length === 0 ? [] : [`is:${next.join(',')}`])].join(' ');
}

export const isChosen = (query: string, word: string): boolean => query.split(/\s+/).some((part) => part.startsWith('is:') && part.slice(3).split(',').includes(word));
