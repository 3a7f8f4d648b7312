// The second way to boot: a command of the user's that boots the built files somewhere and prints the console, or a script
// that is a test itself. It has the same limits and ends as QEMU has, and a clean-up command that is run after it, however it ended.
import { basename } from 'node:path';
import type { BootExit, Limits } from '../model/boot.ts';
import { redactSecrets } from '../model/secrets.ts';
import { formatDuration } from '../model/units.ts';
import { startGroup, type Group, type GroupEnd } from '../sys/group.ts';
import { beginLife, neverStarted, stopped, type Vm, type VmOptions } from './life.ts';

/** What is run, its placeholders filled in. */
export interface CommandPlan {
  readonly command: readonly string[];
  /** What people call it. Default: the program. */
  readonly name?: string | undefined;
  readonly cleanup?: readonly string[] | undefined;
  readonly cleanupMs: number;
  readonly cwd: string;
  /** Added to the environment of both. */
  readonly env: Readonly<Record<string, string>>;
  readonly limits: Limits;
  /** Between SIGTERM and SIGKILL. A cloud's machine is not deleted in a moment. */
  readonly graceMs: number;
}

const kept = 16 * 1024;

/** Starts the command. Its end comes after that of the clean-up; what fails there is told, for it is no part of a verdict. */
export function startCommand(plan: CommandPlan, options: VmOptions, onCleanupFailure: (message: string) => void): Vm {
  if (options.signal.aborted) return neverStarted(stopped('interrupted'));
  const { cwd, env } = plan;
  const [file = '', ...args] = plan.command;
  const name = plan.name ?? basename(file);
  const group = startGroup(file, args, { cwd, env, ...(plan.cleanup === undefined ? {} : { afterwards: plan.cleanup }) });
  const life = beginLife(plan.limits, options, [() => group.kill('SIGTERM'), () => group.kill('SIGKILL')], plan.graceMs);
  group.stdout.on('data', (chunk: Buffer) => life.console(chunk));
  const said = keepEnd(group.stderr);
  void group.ended.then((end) => {
    const stderr = said();
    life.finish(exitOf(file, end), { command: name, stderr }, plan.cleanup && cleanUp(plan.cleanup, plan, onCleanupFailure));
  });
  return {
    ...life,
    write: (bytes) => void group.input.write(bytes),
    answerResults: () => undefined,
    ports: () => Promise.reject(new Error('a runner forwards no ports')),
  };
}

function exitOf(file: string, { code, signal, error }: GroupEnd): BootExit {
  if (error !== undefined) {
    const why = error.code === 'ENOENT' ? 'there is no such program' : error.code === 'EACCES' ? 'it may not be executed' : error.message;
    return { kind: 'failed', message: `cannot start the runner ${file}: ${why}`, hint: 'set runner.command in harness.config.ts; a path counts from the folder of that file' };
  }
  return signal === null ? { kind: 'exited', code: code ?? 1 } : { kind: 'signalled', signal };
}

async function cleanUp(command: readonly string[], { cwd, env, cleanupMs }: CommandPlan, onFailure: (message: string) => void): Promise<void> {
  const [file = '', ...args] = command;
  const group = startGroup(file, args, { cwd, env, outlives: true });
  group.input.end();
  group.stdout.resume();
  const said = keepEnd(group.stderr);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), cleanupMs);
  limit.signal.addEventListener('abort', () => group.kill('SIGKILL'));
  const { code, error } = await group.ended;
  clearTimeout(timer);
  if (code === 0) return;
  const why = error !== undefined ? error.message : limit.signal.aborted ? `not finished in ${formatDuration(cleanupMs)}` : `exit status ${code ?? '?'}`;
  const words = said().trimEnd().split('\n').at(-1) ?? '';
  onFailure(`the clean-up ${basename(file)} failed: ${why}${words === '' ? '' : `: ${words}`}`);
}

function keepEnd(stream: Group['stderr']): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => (text = (text + chunk.toString('utf8')).slice(-kept)));
  return () => redactSecrets(text, process.env).slice(-4096);
}
