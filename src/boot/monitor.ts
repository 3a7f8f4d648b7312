// The QMP connection of one VM: says why the guest stopped, which ports lead to it, and asks QEMU what it is told to.
import type { Duplex } from 'node:stream';
import { createQmpDecoder, encodeCommand, type QmpMessage } from './qmp.ts';

export interface MonitorEvents {
  /** The guest runs; for one that was restored this is when it goes on. May be told more than once. */
  onRunning?(): void;
  /** The guest is paused and will not go on by itself; QEMU's word for why. */
  onPaused(status: string): void;
  /** The guest ended itself: `guest-shutdown`, `guest-reset`, `guest-panic`. */
  onShutdown(reason: string): void;
}

export interface Monitor {
  /** Asks at once, also before QEMU has said hello. */
  quit(): void;
  /** Asks QEMU. Rejects with what it says against it, or when it ends first. */
  ask(name: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Port of this machine for each forwarded port of the guest. Rejects when QEMU ends first. */
  forwards(): Promise<ReadonlyMap<number, number>>;
}

/** Listens on QEMU's socket. */
export function openMonitor(socket: Duplex, events: MonitorEvents): Monitor {
  const decoder = createQmpDecoder();
  let commands = 0;
  const execute = (name: string, args?: Readonly<Record<string, unknown>>): number => {
    commands += 1;
    if (socket.writable) socket.write(encodeCommand(name, commands, args));
    return commands;
  };
  const asked = new Map<number, { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }>();
  const giveUp = (): void => {
    for (const { reject } of asked.values()) reject(new Error('QEMU has ended'));
    asked.clear();
  };
  let statusId: number | undefined;
  const read = (message: QmpMessage): void => {
    if (message.kind === 'event' && message.name === 'SHUTDOWN' && message.data['guest'] === true) events.onShutdown(String(message.data['reason']));
    if (message.kind === 'event' && message.name === 'RESUME') events.onRunning?.();
    // STOP does not say why; what a QEMU paused before it could say is asked for too.
    if (message.kind === 'event' && message.name === 'STOP') statusId = execute('query-status');
    if (message.kind === 'return' && message.id === statusId) {
      const { running, status } = (message.value ?? {}) as { readonly running?: boolean; readonly status?: string };
      if (running === true) events.onRunning?.();
      if (running === false && status !== undefined) events.onPaused(status);
    }
    if (message.kind !== 'return' && message.kind !== 'error') return;
    const waiting = asked.get(Number(message.id));
    asked.delete(Number(message.id));
    if (message.kind === 'return') waiting?.resolve(message.value);
    else waiting?.reject(new Error(message.message));
  };
  socket.on('data', (chunk: Buffer) => decoder.push(chunk.toString('utf8')).forEach(read));
  for (const event of ['end', 'close']) socket.on(event, giveUp);
  // Commands may be sent before the greeting: QEMU reads them when it is ready.
  execute('qmp_capabilities');
  statusId = execute('query-status');
  const ask = async (name: string, args?: Readonly<Record<string, unknown>>): Promise<unknown> => {
    if (!socket.writable) throw new Error('QEMU has ended');
    return new Promise((resolve, reject) => asked.set(execute(name, args), { resolve, reject }));
  };
  return {
    quit: () => void execute('quit'),
    ask,
    // QMP itself does not tell; the table is what people read in the monitor.
    forwards: async () => parseForwards(String(await ask('human-monitor-command', { 'command-line': 'info usernet' }))),
  };
}

/** Reads `info usernet`: host port by guest port. */
export function parseForwards(table: string): ReadonlyMap<number, number> {
  const rows = table.matchAll(/TCP\[HOST_FORWARD\]\s+\d+\s+\S+\s+(\d+)\s+\S+\s+(\d+)/g);
  return new Map([...rows].map(([, host, guest]) => [Number(guest), Number(host)]));
}
