// Whether a report is whole. A kernel that fails may stop in the middle of its report, or two CPUs print theirs at once:
// the title is then less to be trusted. A report is damaged where its stack is missing, stops at once, or is announced and
// without frames; where its function cannot be told; and where the beginning of its title was lost.
import { mayBeEmpty, stackStart, stackStarts } from './frames.ts';
import { namesIn, type ReportLine } from './report-line.ts';

/** Lines of a stack dump with its first: with fewer the console ended there. */
const leastLines = 3;
/** Lines after the start of a stack in which a frame must come; KASAN prints a few others in between. */
const reach = 15;

/** The last printed text of a console that lost its machine (Google Compute Engine). */
export const lostConsole = 'serialport: VM disconnected.';
/** A time stamp that the kernel printed in the middle of what became the title. */
const timeInTitle = /\[ *\d+\.\d+\]/;

/** Whether the stacks a report announces are missing, or it has none at all. */
export function lacksStacks(lines: readonly ReportLine[]): boolean {
  const starts: number[] = [];
  lines.forEach((line, index) => {
    if (line.marked && stackStart.test(line.text)) starts.push(index);
  });
  let seen = false;
  for (const start of stackStarts) {
    const at = starts.find((index) => start.test(lines[index]?.text ?? ''));
    if (at === undefined) continue;
    if (lines.length - at < leastLines) return true;
    const frames = hasFrames(lines, at + 1);
    if (frames) seen = true;
    else if (!mayBeEmpty(start)) return true;
  }
  return !seen;
}

function hasFrames(lines: readonly ReportLine[], from: number): boolean {
  for (const line of lines.slice(from, from + reach)) {
    if (line.marked && stackStart.test(line.text)) return false;
    if (namesIn(line).length > 0 || line.text.includes('(stack is not available)')) return true;
  }
  return false;
}

export const isDamagedTitle = (title: string): boolean => timeInTitle.test(title);
export const losesConsole = (line: string): boolean => line.includes(lostConsole);

// They are no failures, but print a stack: in the middle of a report it would be taken for the report's own.
export const interruptionWords: readonly string[] = ['vmalloc: allocation failure:', 'FAULT_INJECTION: forcing', 'FAULT_FLAG_ALLOW_RETRY missing'];
const stacked = /vmalloc: allocation failure:|FAULT_INJECTION: forcing a failure|FAULT_FLAG_ALLOW_RETRY missing/;
export const interrupts = (line: string): boolean => stacked.test(line);
