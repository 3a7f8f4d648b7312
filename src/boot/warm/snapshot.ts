// Boots a guest to where it waits, and keeps it: its memory in the file the plan names, the state of its devices and what it
// printed beside it. https://www.qemu.org/docs/master/devel/migration/main.html
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { BootPlan, Usage } from '../../model/boot.ts';
import { HarnessError } from '../../model/errors.ts';
import { classifyExit } from '../failure.ts';
import { withoutBlankPages } from './blank-pages.ts';
import { save } from './migration.ts';
import { openMonitor } from '../monitor.ts';
import { spawnQemu, type QemuProcess } from '../spawn.ts';
import { watchUsage } from '../usage.ts';

export interface Snapshot {
  /** Of the devices. */
  readonly state: Buffer;
  readonly console: Buffer;
  /** From QEMU's start until the guest waited. */
  readonly bootMs: number;
  /** What QEMU took of this machine. */
  readonly usage?: Usage | undefined;
}

/**
 * Takes a snapshot of the guest when it waits, which it says with `waitingLine`. Memory is written to the plan's memory file, which must be a shared one.
 * @throws HarnessError `TEMPLATE_FAILED` where the guest does not get there within its limits, or QEMU cannot keep it.
 */
export async function takeSnapshot(plan: BootPlan, waitingLine: string, signal: AbortSignal): Promise<Snapshot> {
  signal.throwIfAborted();
  const startedAt = performance.now();
  const qemu = spawnQemu(plan.binary, plan.argv, { resultsPort: plan.resultsPort });
  const usage = watchUsage(qemu.pid);
  const ended = endOf(plan, qemu);
  ended.catch(() => undefined);
  const stop = new AbortController();
  const limit = AbortSignal.any([signal, stop.signal, AbortSignal.timeout(plan.limits.bootMs)]);
  const kill = (): void => qemu.kill('SIGKILL');
  limit.addEventListener('abort', kill, { once: true });
  try {
    const monitor = openMonitor(qemu.qmp, { onPaused: () => undefined, onShutdown: () => undefined });
    const console = await Promise.race([untilItWaits(qemu, waitingLine), ended]);
    const bootMs = performance.now() - startedAt;
    await using receiver = await listen();
    await Promise.race([save(monitor, receiver.socket), ended]);
    const state = await Promise.race([receiver.received, ended]);
    usage.look();
    monitor.quit();
    await ended.catch((error: unknown) => {
      if (!(error instanceof CleanEnd)) throw error;
    });
    return { state: withoutBlankPages(state), console, bootMs, usage: usage.end() };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof HarnessError) throw error;
    const why = limit.aborted ? `the guest did not get there in ${plan.limits.bootMs} ms` : error instanceof Error ? error.message : String(error);
    throw new HarnessError('TEMPLATE_FAILED', why, { cause: error });
  } finally {
    limit.removeEventListener('abort', kill);
    kill();
    usage.end();
  }
}

class CleanEnd extends Error {}

/** Rejects when QEMU ends, in whatever way. */
async function endOf(plan: BootPlan, qemu: QemuProcess): Promise<never> {
  let stderr = '';
  qemu.stderr.on('data', (chunk: Buffer) => void (stderr = (stderr + chunk.toString('utf8')).slice(-4096)));
  return new Promise((_, reject) => {
    qemu.child.once('error', reject);
    qemu.child.once('close', (code, signal) => {
      const exit = classifyExit(plan.binary, code, signal, stderr);
      reject(exit.kind === 'failed' ? new Error(exit.message) : exit.kind === 'signalled' ? new Error(`${plan.binary} ended by ${exit.signal}`) : new CleanEnd('the guest ended before it waited'));
    });
  });
}

/** All it printed, up to the end of the line that says that it waits. */
async function untilItWaits(qemu: QemuProcess, line: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let tail = '';
  return new Promise((resolve) => {
    const hear = (chunk: Buffer): void => {
      chunks.push(chunk);
      tail = (tail + chunk.toString('latin1')).slice(-200);
      if (!new RegExp(`^${line}\\r?\\n`, 'm').test(tail)) return;
      qemu.console.off('data', hear);
      resolve(Buffer.concat(chunks));
    };
    qemu.console.on('data', hear);
  });
}

/** Takes what one connection brings. The socket has a short path of its own: a system takes no more than 107 bytes. */
async function listen(): Promise<{ readonly socket: string; readonly received: Promise<Buffer> } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-'));
  const socket = join(folder, 'state');
  const server = createServer();
  const received = once(server, 'connection').then(async ([connection]) => buffer(connection as Socket));
  received.catch(() => undefined);
  server.listen(socket);
  await once(server, 'listening');
  return {
    socket,
    received,
    async [Symbol.asyncDispose]() {
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
