// A guest with the user's terminal as its console: `kit-test shell`. Every key goes to the guest, Ctrl-C too;
// Ctrl-] leaves, as in telnet and virsh.
import type { ReadStream } from 'node:tty';
import type { Writable } from 'node:stream';
import type { BootPlan, BootResult } from '../model/boot.ts';
import { startVm, type Restore } from './vm.ts';

const leave = 0x1d;
// Colours off, cursor shown, no bracketed paste: what a guest may have left on.
const restore = '\x1b[0m\x1b[?25h\x1b[?2004l\r\n';

export interface Terminal {
  readonly input: ReadStream;
  readonly output: Writable;
}

/** A guest that does not boot but goes on: until it has entered the root of its case, nobody is to see it or to type. */
export interface Waking {
  readonly restore: Restore;
  readonly entry: { push(chunk: Uint8Array): void; seen(): boolean };
}

/** Boots, or wakes, and returns when the guest ends or the user leaves. */
export async function bootInTerminal(plan: BootPlan, terminal: Terminal, signal: AbortSignal, waking?: Waking): Promise<BootResult> {
  const { input, output } = terminal;
  const isTheirs = (): boolean => waking?.entry.seen() !== false;
  const early: Buffer[] = [];
  output.write(`${waking === undefined ? 'Booting' : 'Waking'} ${plan.cell}. Ctrl-] ends the guest.\r\n`);
  const show = (chunk: Uint8Array): void => {
    waking?.entry.push(chunk);
    if (!isTheirs()) return;
    output.write(chunk);
    for (const keys of early.splice(0)) vm.write(keys);
  };
  await using vm = startVm(plan, { signal, interactive: true, onConsole: show, ...(waking === undefined ? {} : { restore: waking.restore }) });
  if ((plan.ports ?? []).length > 0) {
    const say = (ports: ReadonlyMap<number, number>): void => void output.write([...ports].map(([guest, host]) => `Port ${guest} of the guest is 127.0.0.1:${host}.\r\n`).join(''));
    // A guest that has ended by now has no ports to tell of.
    vm.ports().then(say, () => undefined);
  }
  const type = (keys: Buffer): void => {
    const left = keys.indexOf(leave);
    const typed = left === -1 ? keys : keys.subarray(0, left);
    if (!isTheirs()) early.push(typed);
    else if (typed.length > 0) vm.write(typed);
    if (left !== -1) vm.stop('interrupted');
  };
  const raw = input.isTTY;
  if (raw) input.setRawMode(true);
  input.on('data', type);
  try {
    return await vm.exit;
  } finally {
    input.off('data', type);
    input.pause();
    if (raw) input.setRawMode(false);
    output.write(raw ? restore : '');
  }
}
