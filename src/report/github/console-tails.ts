// The ends of the consoles that a workflow's log shows, folded: of each kind of failure the first cell's.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunReport } from '../../model/report.ts';
import { decisiveAttempt } from '../attempts.ts';
import { failureGroups } from '../summarize.ts';
import { clip, safeLine, safeText } from '../text.ts';

export interface ConsoleTail {
  readonly title: string;
  /** Safe to print: nothing in them is a workflow command. */
  readonly lines: readonly string[];
}

const tailLimit = 10;
const tailLines = 200;
const tailBytes = 64 * 1024;

/** `folder` is that of the run. A console that is not there any more has no tail. */
export async function consoleTails({ cells }: RunReport, folder: string): Promise<readonly ConsoleTail[]> {
  const tails: ConsoleTail[] = [];
  for (const { cells: [cell] } of failureGroups(cells).slice(0, tailLimit)) {
    const { console } = decisiveAttempt(cell);
    const text = console === undefined ? undefined : await readEnd(join(folder, console)).catch(() => undefined);
    if (text === undefined) continue;
    const lines = text.trimEnd().split('\n').slice(-tailLines);
    tails.push({ title: safeLine(`end of the console of ${cell.id}`), lines: lines.map((line) => clip(safeText(line), 500)) });
  }
  return tails;
}

/** Whole lines, as many as fit. */
async function readEnd(path: string): Promise<string> {
  await using file = await open(path);
  const { size } = await file.stat();
  const start = Math.max(0, size - tailBytes);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
  const text = buffer.toString('utf8', 0, bytesRead);
  return start === 0 ? text : text.slice(text.indexOf('\n') + 1);
}
