// A saved console on the terminal: verdict and reason, each crash with its report, the results that failed, the lines
// around what decided. The text form of `kit-test parse`.
import type { TestResult } from '../../model/console.ts';
import { count } from '../../model/format.ts';
import type { ParsedConsole, ParsedCrash } from '../../model/parsed.ts';
import { clip, padEnd, safeLine } from '../text.ts';
import { excerptLines } from './excerpt-lines.ts';
import { paint, paintLook, symbolOf, type Theme } from './theme.ts';

type Lines = readonly { readonly number: number; readonly text: string }[];

export interface ParsedView {
  readonly parsed: ParsedConsole;
  /** Lines around what the verdict rests on. */
  readonly excerpt: Lines;
  /** The report of a crash; empty where it was not kept. */
  readonly reportOf: (crash: ParsedCrash) => Lines;
  /** Results that failed or never came, with the names that lead to them. */
  readonly failed: readonly { readonly names: readonly string[]; readonly result: TestResult }[];
}

const excerptLimit = 14;
const reportLimit = 20;
const crashLimit = 20;
const resultLimit = 8;

/** All of it as text that ends with a line feed; a console that passed is one line. */
export function renderParsed({ parsed, excerpt, reportOf, failed }: ParsedView, columns: number, theme: Theme): string {
  const { file, verdict, reason, crashes } = parsed;
  const head = `${paintLook(theme, verdict, `${symbolOf(theme, verdict)} ${padEnd(verdict, 7)}`)}  ${paint(theme, 'bold', safeLine(file))}${reason === '' ? '' : `  ${clip(safeLine(reason), 500)}`}`;
  const told = new Set(crashes.map(({ line }) => line));
  const around = parsed.line !== undefined && told.has(parsed.line) ? [] : shownExcerpt(excerpt, parsed.line, file, columns - 3, theme);
  const body = [
    ...crashes.slice(0, crashLimit).flatMap((crash) => crashLines(crash, reportOf(crash), file, columns - 3, theme)),
    ...(crashes.length > crashLimit ? [paint(theme, 'dim', `and ${count(crashes.length - crashLimit, 'more crash report')}`)] : []),
    ...failingLines(failed, theme),
    ...around,
  ];
  return `${[head, ...body.map((line) => (line === '' ? '' : `  ${line}`))].join('\n')}\n`;
}

function crashLines(crash: ParsedCrash, report: Lines, file: string, width: number, theme: Theme): readonly string[] {
  const facts = [
    ...(crash.detail === undefined ? [] : [crash.detail]),
    crash.type ?? 'no type',
    crash.line === crash.endLine ? `line ${crash.line}` : `lines ${crash.line} to ${crash.endLine}`,
    ...(crash.source === undefined ? [] : [clip(crash.source, 200)]),
    ...(crash.panicked ? ['panicked'] : []),
    ...(crash.corrupted ? ['cut or interleaved'] : []),
    ...(crash.repeated === undefined ? [] : [`${crash.repeated} more like it`]),
  ];
  const head = `${paintLook(theme, 'crash', `${symbolOf(theme, 'crash')} ${clip(safeLine(crash.title), 200)}`)}  ${paint(theme, 'dim', facts.map(safeLine).join(', '))}`;
  const from = Math.max(0, report.findIndex(({ number }) => number === crash.line) - 2);
  return [head, ...shownExcerpt(report.slice(from, from + reportLimit), crash.line, file, width, theme)];
}

function shownExcerpt(lines: Lines, marked: number | undefined, file: string, width: number, theme: Theme): readonly string[] {
  if (lines.length === 0) return [];
  const at = lines.findIndex(({ number }) => number === marked);
  const from = at === -1 ? Math.max(0, lines.length - excerptLimit) : Math.max(0, at - Math.floor(excerptLimit / 2));
  const shown = lines.slice(from, from + reportLimit).map((line) => ({ ...line, marked: line.number === marked }));
  return excerptLines(shown, [`${safeLine(file)}${marked === undefined ? '' : `:${marked}`}`], width, theme);
}

/** Named where the verdict's reason cannot name them all. */
function failingLines(failed: ParsedView['failed'], theme: Theme): readonly string[] {
  if (failed.length < 2) return [];
  const shown = failed.slice(0, resultLimit).map(({ names, result }) => {
    const detail = safeLine(result.detail?.split('\n')[0] ?? '');
    const name = clip(names.map(safeLine).join(' › '), 200);
    return `${paintLook(theme, 'fail', symbolOf(theme, 'fail'))} ${name}${detail === '' ? '' : `  ${paint(theme, 'dim', clip(detail, 200))}`}`;
  });
  return failed.length > resultLimit ? [...shown, paint(theme, 'dim', `  and ${failed.length - resultLimit} more`)] : shown;
}
