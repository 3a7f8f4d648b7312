// Errors as people read them: what happened, where, what to do next. A stack only for our own defects.
import { CommanderError } from 'commander';
import { ConfigError, HarnessError, UsageError, type Issue } from '../model/errors.ts';
import { colours } from './colours.ts';
import { exitCodes } from './exit-codes.ts';

/** Text for standard error, and the exit code. The text is empty where everything was said already. */
export function presentError(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (error instanceof CommanderError) return { text: '', exitCode: error.exitCode === 0 ? exitCodes.ok : exitCodes.usage };
  if (error instanceof ConfigError) return { text: presentIssues(error.issues), exitCode: exitCodes.usage };
  if (error instanceof UsageError) return { text: presentHarnessError(error), exitCode: exitCodes.usage };
  if (error instanceof HarnessError) return { text: presentHarnessError(error), exitCode: exitCodes.harness };
  if (error instanceof DOMException && error.name === 'AbortError') return { text: 'interrupted\n', exitCode: exitCodes.interrupted };
  return { text: presentDefect(error), exitCode: exitCodes.internal };
}

function presentHarnessError(error: HarnessError): string {
  const { red, dim } = colours(process.stderr);
  const hint = error.hint === undefined ? '' : `  ${dim('→')} ${error.hint}\n`;
  return `${red('error')} ${error.message} ${dim(`(${error.code})`)}\n${hint}`;
}

function presentIssues(issues: readonly Issue[]): string {
  const { red, dim, bold } = colours(process.stderr);
  const blocks = issues.map((issue) => {
    const place = [issue.file, issue.line, issue.column].filter((part) => part !== undefined).join(':');
    const path = issue.path === undefined || issue.path === '' ? '' : ` ${dim(issue.path)}`;
    const frame = issue.frame === undefined ? '' : `${issue.frame.replace(/^/gm, '    ').trimEnd()}\n`;
    const hint = issue.hint === undefined ? '' : `    ${dim('→')} ${issue.hint}\n`;
    return `${bold(place)}${path}\n  ${red('error')} ${issue.message}\n${frame}${hint}`;
  });
  return `${blocks.join('\n')}\n${issues.length} ${issues.length === 1 ? 'mistake' : 'mistakes'}; nothing was run\n`;
}

function presentDefect(error: unknown): string {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `kit-test has a defect; please report this with the command you typed:\n${detail}\nNode ${process.version}, ${process.platform} ${process.arch}\n`;
}
