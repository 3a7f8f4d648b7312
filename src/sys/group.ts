// A program of the user's with everything it starts: one process group, which ends as a whole, also when we are killed.
import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface GroupOptions {
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Run after the group's end where this process is killed before it can see to that itself. */
  readonly afterwards?: readonly string[];
  /** Nobody ends it when this process is killed: it finishes its work. */
  readonly outlives?: boolean;
}

export interface GroupEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The program could not be started at all. */
  readonly error?: NodeJS.ErrnoException;
}

export interface Group {
  readonly input: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** After the last byte of its output. */
  readonly ended: Promise<GroupEnd>;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
}

// Is told the group, then reads end of file when we are gone without a word, however we went. (`kill --` is more than dash
// knows.) It is there before the group, so that no moment is without it.
const guard = 'read -r group || exit; read -r _ && exit; kill -TERM "-$group"; sleep 2; kill -KILL "-$group"; [ $# -eq 0 ] || exec "$@"';

/** Starts a program without a shell, in a session of its own: Ctrl-C in the terminal reaches only us. */
export function startGroup(file: string, args: readonly string[], options: GroupOptions = {}): Group {
  const placed = { cwd: options.cwd, env: { ...process.env, ...options.env } };
  const watch = options.outlives === true ? undefined : spawn('/bin/sh', ['-c', guard, 'sh', ...(options.afterwards ?? [])], { ...placed, detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  const child = spawn(file, args, { ...placed, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  if (child.pid === undefined) watch?.stdin.end();
  else watch?.stdin.write(`${child.pid}\n`);
  // Each end may be gone at any moment; the exit of the program is what counts.
  for (const stream of [child.stdin, child.stdout, child.stderr, watch?.stdin, watch]) stream?.on('error', () => undefined);
  const kill = (signal: 'SIGTERM' | 'SIGKILL'): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      child.kill(signal);
    }
  };
  const ended = new Promise<GroupEnd>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => resolve({ code: null, signal: null, error }));
    // What it left running in the background may hold its output open for ever, and out of reach in a session of its own.
    let timer: NodeJS.Timeout | undefined;
    const letGo = (): void => {
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const endOthers = (): void => {
      kill('SIGKILL');
      timer = setTimeout(letGo, leftBehindMs);
    };
    child.once('exit', () => (timer = setTimeout(endOthers, leftBehindMs)));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal });
    });
  });
  void ended.then(() => {
    kill('SIGKILL');
    if (watch?.stdin.writable === true) watch.stdin.end('ended\n');
  });
  return { input: child.stdin, stdout: child.stdout, stderr: child.stderr, ended, kill };
}

const leftBehindMs = 1000;
