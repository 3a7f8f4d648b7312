// The work of `kit-test parse`.
import { once } from 'node:events';
import type { Expect } from '../../model/case.ts';
import { UsageError } from '../../model/errors.ts';
import type { ParseProtocol } from '../../model/parsed.ts';
import { suggest } from '../../model/suggest.ts';
import type { VerdictKind } from '../../model/verdict.ts';
import { detectCapabilities } from '../../report/terminal/detect.ts';
import { renderParsed } from '../../report/terminal/parsed.ts';
import { parseConsole, type JudgedConsole } from '../../run/parse.ts';
import { findConsoles } from '../../run/saved-consoles.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ProjectOptions } from '../options.ts';
import { readingProgress } from '../reading-progress.ts';

export interface ParseCommandOptions extends ProjectOptions {
  readonly format: 'text' | 'ndjson';
  readonly case?: string;
  readonly protocol?: ParseProtocol;
}

/** Prints one console after the other, in the order they were named. Returns the exit code. */
export async function parseFiles(files: readonly string[], options: ParseCommandOptions): Promise<number> {
  const sources = await findConsoles(files, process.stdin);
  const expect = await expectations(options);
  const print = options.format === 'ndjson' ? ({ parsed }: JudgedConsole) => `${JSON.stringify(parsed)}\n` : textForm();
  const verdicts = new Set<VerdictKind>();
  for (const source of sources) {
    using progress = readingProgress(source);
    const judged = await parseConsole(source, { expect, onProgress: progress.read });
    progress.clear();
    verdicts.add(judged.parsed.verdict);
    // A reader that is slower than we are sets the pace.
    if (!process.stdout.write(print(judged))) await once(process.stdout, 'drain');
  }
  return exitCodeOf(verdicts);
}

async function expectations({ case: name, protocol, config }: ParseCommandOptions): Promise<readonly Expect[] | undefined> {
  if (name === undefined) return protocol === undefined ? undefined : [{ protocol, ordered: false }];
  const { loadWorkspace } = await import('../../run/workspace.ts');
  const { project } = await loadWorkspace({ cwd: process.cwd(), config, requireConfig: true });
  const found = project.cases.find((one) => one.name === name);
  if (found === undefined) throw new UsageError('NO_CASE', `--case ${JSON.stringify(name)}: there is no such case`, { hint: suggest(name, project.cases.map((one) => one.name), 'cases') });
  return found.expect;
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
