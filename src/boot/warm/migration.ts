// What QEMU is told to keep the state of a guest's devices, and to go on from it. The guest's memory stays where it is, in a
// file. https://www.qemu.org/docs/master/devel/migration/main.html
import type { Monitor } from '../monitor.ts';
import { stateUri } from '../spawn.ts';

const ignoreShared = { capabilities: [{ capability: 'x-ignore-shared', state: true }] };

/** QEMU's arguments for a guest that goes on when `beginRestore` says from where. */
export const awaitRestore = ['-incoming', 'defer'];

/** Has QEMU read the state from the file that `spawnQemu` was given. The guest runs some time after this settles. */
export async function beginRestore({ ask }: Pick<Monitor, 'ask'>): Promise<void> {
  // Asked for at once: QEMU takes its commands in order.
  await Promise.all([ask('migrate-set-capabilities', ignoreShared), ask('migrate-incoming', { uri: stateUri })]);
}

/** Sends the state to who listens at a socket; the guest has stopped when this settles. */
export async function save({ ask }: Pick<Monitor, 'ask'>, socket: string): Promise<void> {
  await ask('migrate-set-capabilities', ignoreShared);
  // At the rate that QEMU has by default the state would wait for its turn.
  await ask('migrate-set-parameters', { 'max-bandwidth': 10 * 1024 ** 3, 'downtime-limit': 2000 });
  // Not a file: QEMU before 8.2 can write to none but through a program, which its sandbox forbids.
  await ask('migrate', { uri: `unix:${socket}` });
  for (;;) {
    const { status, 'error-desc': why } = (await ask('query-migrate')) as { readonly status?: string; readonly 'error-desc'?: string };
    if (status === 'completed') return;
    if (status === 'failed' || status === 'cancelled') throw new Error(`QEMU cannot keep the guest: ${why ?? status}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
