// The QMP connection of one VM: says why the guest stopped and asks QEMU to quit.
import type { Duplex } from 'node:stream';
import { createQmpDecoder, encodeCommand, type QmpMessage } from './qmp.ts';

export interface MonitorEvents {
  /** The guest is paused and will not go on by itself; QEMU's word for why. */
  onPaused(status: string): void;
  /** The guest ended itself: `guest-shutdown`, `guest-reset`, `guest-panic`. */
  onShutdown(reason: string): void;
}

/** Listens on QEMU's socket. `quit` asks at once, also before QEMU has said hello. */
export function openMonitor(socket: Duplex, events: MonitorEvents): { quit(): void } {
  const decoder = createQmpDecoder();
  let commands = 0;
  const execute = (name: string): number => {
    commands += 1;
    if (socket.writable) socket.write(encodeCommand(name, commands));
    return commands;
  };
  let statusId: number | undefined;
  const read = (message: QmpMessage): void => {
    if (message.kind === 'event' && message.name === 'SHUTDOWN' && message.data['guest'] === true) events.onShutdown(String(message.data['reason']));
    // STOP does not say why; what a QEMU paused before it could say is asked for too.
    if (message.kind === 'event' && message.name === 'STOP') statusId = execute('query-status');
    if (message.kind === 'return' && message.id === statusId) {
      const { running, status } = (message.value ?? {}) as { readonly running?: boolean; readonly status?: string };
      if (running === false && status !== undefined) events.onPaused(status);
    }
  };
  socket.on('data', (chunk: Buffer) => decoder.push(chunk.toString('utf8')).forEach(read));
  // Commands may be sent before the greeting: QEMU reads them when it is ready.
  execute('qmp_capabilities');
  statusId = execute('query-status');
  return { quit: () => void execute('quit') };
}
