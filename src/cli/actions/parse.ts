// The work of `kit-test parse`.
import { once } from 'node:events';
import { HarnessError, UsageError } from '../../model/errors.ts';
import type { ParseProtocol, Unjudged } from '../../model/parsed.ts';
import type { VerdictKind } from '../../model/verdict.ts';
import { detectCapabilities } from '../../report/terminal/detect.ts';
import { renderParsed } from '../../report/terminal/parsed.ts';
import { safeLine } from '../../report/text.ts';
import { parseConsole, type JudgedConsole } from '../../run/parse.ts';
import { findConsoles } from '../../run/saved-consoles.ts';
import type { SavedExpectations } from '../../run/saved-evidence.ts';
import { openRecords } from '../../run/saved-record.ts';
import { openSymbolFile, unplacedNote, type KernelSymbols } from '../../run/symbols.ts';
import { colours } from '../colours.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ProjectOptions } from '../options.ts';
import { readingProgress } from '../progress-line.ts';

export interface ParseCommandOptions extends ProjectOptions {
  readonly format: 'text' | 'ndjson';
  readonly case?: string;
  readonly symbols?: string;
  readonly protocol?: ParseProtocol;
}

/** Prints one console after the other, in the order they were named. Returns the exit code. */
export async function parseFiles(files: readonly string[], options: ParseCommandOptions): Promise<number> {
  const sources = await findConsoles(files, process.stdin);
  const by = await expectations(options);
  const recordOf = options.case === undefined ? () => Promise.resolve({}) : openRecords();
  await using symbols = options.symbols === undefined ? undefined : await symbolsIn(options.symbols);
  const print = options.format === 'ndjson' ? ({ parsed }: JudgedConsole) => `${JSON.stringify(parsed)}\n` : textForm();
  const verdicts = new Set<VerdictKind>();
  const unjudged = new Map<Unjudged, number>();
  for (const source of sources) {
    using progress = readingProgress(source);
    const judged = await parseConsole(source, { by, symbols, record: await recordOf(source.path), onProgress: progress.at });
    progress.clear();
    if (judged.unplaced) process.stderr.write(`${colours(process.stderr).yellow('note')} ${safeLine(source.name)}: ${unplacedNote(safeLine(symbols?.symbols.file ?? ''))}\n`);
    verdicts.add(judged.parsed.verdict);
    for (const key of judged.parsed.notJudged) unjudged.set(key, (unjudged.get(key) ?? 0) + 1);
    // A reader that is slower than we are sets the pace.
    if (!process.stdout.write(print(judged))) await once(process.stdout, 'drain');
  }
  process.stderr.write(warnUnjudged(options.case ?? '', unjudged, sources.length));
  return exitCodeOf(verdicts);
}

/** Once for all consoles: their fields `notJudged` tell it of each. */
function warnUnjudged(name: string, unjudged: ReadonlyMap<Unjudged, number>, consoles: number): string {
  const { yellow } = colours(process.stderr);
  return [...unjudged].map(([key, count]) => {
    const of = consoles === 1 ? '' : ` (${count} of ${consoles} consoles)`;
    return `${yellow('not judged')} ${key} of case ${name}${of}: ${whyUnjudged[key]}\n`;
  }).join('');
}

const whyUnjudged: Readonly<Record<Unjudged, string>> = {
  duration: 'a console does not show it; a run leaves console.times beside it, and in events.ndjson what the guest ran on',
  probe: 'a console does not show how probes ended; the folder of the run does',
  deadlines: 'a console shows the steps of a dialog, not when they came; the folder of the run does',
  known: 'a failure stays one here, whether it is known or not',
};

async function expectations({ case: name, protocol, config }: ParseCommandOptions): Promise<SavedExpectations | undefined> {
  if (name === undefined) return protocol === undefined ? undefined : { expect: [{ protocol, ordered: false }] };
  const { caseExpectations } = await import('../../run/case-expectations.ts');
  return caseExpectations(name, config);
}

async function symbolsIn(file: string): Promise<KernelSymbols & AsyncDisposable> {
  try {
    return await openSymbolFile(file);
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    throw new UsageError(error.code, `--symbols: ${error.message}`, { ...(error.hint === undefined ? {} : { hint: error.hint }), cause: error });
  }
}

function textForm(): (judged: JudgedConsole) => string {
  const { stdout, env } = process;
  const theme = detectCapabilities(env, stdout.isTTY);
  const columns = (stdout.columns as number | undefined) ?? (Number(env['COLUMNS']) || 120);
  return (judged) => renderParsed(judged, columns, theme);
}

function exitCodeOf(verdicts: ReadonlySet<VerdictKind>): number {
  if (verdicts.has('fail') || verdicts.has('crash') || verdicts.has('timeout')) return exitCodes.failed;
  return verdicts.has('error') ? exitCodes.harness : exitCodes.ok;
}
