// What an attempt left, on the terminal: its console lines under the place they are from, what it answered when it hung,
// and what it gave us.
import { count } from '../../model/format.ts';
import type { Attempt } from '../../model/report.ts';
import { selectExcerpt } from '../excerpt.ts';
import { excerptLines } from './excerpt-lines.ts';
import { paint, type Theme } from './theme.ts';

export interface ClosingOptions {
  readonly theme: Theme;
  readonly columns: number;
  /** The run folder as the reader would type it. */
  readonly folder: string;
}

/** At most `limit` lines, then where the rest lies. */
export function evidenceLines(attempt: Attempt, limit: number, { theme, columns, folder }: ClosingOptions): readonly string[] {
  const lines = selectExcerpt(attempt, limit);
  const place = lines.find(({ marked }) => marked)?.number;
  const log = attempt.console === undefined ? [] : [`${folder}/${attempt.console}${place === undefined ? '' : `:${place}`}`];
  const left = [...hangLine(attempt, folder), ...artifactsLine(attempt, folder)];
  return [...excerptLines(lines, log, columns - 3, theme), ...left.map((line) => paint(theme, 'dim', line))];
}

/** Where the answers of a guest that hung are. */
function hangLine({ hang }: Attempt, folder: string): readonly string[] {
  if (hang === undefined) return [];
  const screen = hang.screen === undefined ? '' : `, ${folder}/${hang.screen}`;
  return [`asked  ${folder}/${hang.log}${screen}${hang.memory === undefined ? '' : `  ${hang.memory}`}`];
}

function artifactsLine({ artifacts }: Attempt, folder: string): readonly string[] {
  return artifacts === undefined ? [] : [`files  ${folder}/${artifacts.folder}  ${count(artifacts.files.length, 'file')}`];
}
