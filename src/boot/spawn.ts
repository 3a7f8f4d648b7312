// Starts QEMU so that it never outlives the harness, even one killed with SIGKILL. Of its own, beside sys/process.ts and
// sys/group.ts: QEMU lives long and talks over five channels.
import { spawn, type ChildProcess } from 'node:child_process';
import { realpathSync } from 'node:fs';
import type { Socket } from 'node:net';
import { basename } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { findProgram } from '../sys/programs.ts';

/** How QEMU's life is tied to ours. */
export type Guard = 'death-signal' | 'lifeline';

export interface QemuProcess {
  readonly child: ChildProcess;
  /** Process id of QEMU itself, where it is known. */
  readonly pid: number | undefined;
  /** The guest's console. */
  readonly console: Readable;
  readonly input: Writable;
  /** QEMU's own error output. */
  readonly stderr: Readable;
  readonly qmp: Socket;
  /** What `gdbserver chardev:gdb` takes. */
  readonly gdb: Socket;
  /** The other end of the port of results; undefined where the guest has none. */
  readonly results: Socket | undefined;
  /** Signals QEMU and what guards it. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
}

export interface QemuChannels {
  /** File descriptor that a guest's state comes from: QEMU knows it by `stateUri`. */
  readonly state?: number | undefined;
  /** QEMU's arguments for a port of results. */
  readonly resultsPort?: readonly string[] | undefined;
  /** By default the best this machine has. */
  readonly guard?: Guard | undefined;
}

/** What QEMU knows the state by that a guest goes on from. */
export const stateUri = 'fd:8';

const resultsChannel = ['-chardev', 'socket,id=results,fd=5'];
const channels = ['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console', '-chardev', 'socket,id=qmp,fd=3', '-mon', 'chardev=qmp,mode=control', '-chardev', 'socket,id=gdb,fd=4'];

// Linux: the kernel kills QEMU when the thread that started it ends. A parent that died before prctl(2) took effect
// is noticed by its process id.
const deathSignal = '[ "$PPID" = "$1" ] || exit 1; shift; exec "$@"';

// Elsewhere a shell keeps watch: descriptor 6 reads end of file when we are gone, however we went.
// Background commands of a shell read /dev/null, hence the detour over descriptor 7.
const lifeline = [
  'exec 7<&0; trap : TERM',
  '"$@" <&7 6<&- 7<&- & q=$!',
  '(trap - TERM; read -r _ <&6; kill -KILL $q) >/dev/null 2>&1 3>&- 4>&- 5>&- 7<&- & r=$!',
  'wait $q; s=$?; while kill -0 $q 2>/dev/null; do wait $q; s=$?; done',
  'kill -KILL $r 2>/dev/null; exit $s',
].join('\n');

/** Starts QEMU in a session of its own: Ctrl-C in the terminal reaches only the harness. */
export function spawnQemu(binary: string, argv: readonly string[], { resultsPort, state, guard = defaultGuard() }: QemuChannels = {}): QemuProcess {
  const command = [binary, ...argv, ...channels, ...(resultsPort === undefined ? [] : [...resultsChannel, ...resultsPort])];
  const [file, args, watchChannel] =
    guard === 'death-signal'
      ? ['setpriv', ['--pdeathsig', 'KILL', '--', '/bin/sh', '-c', deathSignal, 'sh', `${process.pid}`, ...command], 'ignore'] as const
      : ['/bin/sh', ['-c', lifeline, 'sh', ...command], 'pipe'] as const;
  const child = spawn(file, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', resultsPort === undefined ? 'ignore' : 'pipe', watchChannel, ...(state === undefined ? [] : ['ignore' as const, state])] });
  const [input, console, stderr, qmp, gdb, results, watch] = child.stdio as unknown as [Writable, Readable, Readable, Socket, Socket, Socket | null, Socket | null];
  // Each end may be gone at any moment; the exit of the process is what counts.
  for (const stream of [input, console, stderr, qmp, gdb, results, watch]) stream?.on('error', () => undefined);
  return { child, pid: guard === 'death-signal' ? child.pid : undefined, console, input, stderr, qmp, gdb, results: results ?? undefined, kill: (signal) => killGroup(child, signal) };
}

function killGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

let guardOfThisMachine: Guard | undefined;

// busybox has a setpriv too, one that knows no death signal.
function defaultGuard(): Guard {
  guardOfThisMachine ??= process.platform === 'linux' && realSetpriv() ? 'death-signal' : 'lifeline';
  return guardOfThisMachine;
}

function realSetpriv(): boolean {
  const path = findProgram('setpriv');
  return path !== undefined && basename(realpathSync(path)) !== 'busybox';
}
