// Whether an accelerator really runs a guest: the plan of a real cell is booted with it until user space speaks.
// A /dev/kvm that opens proves nothing: nested hosts exist whose guests die with an internal error or hang without a byte.
import type { BootPlan, BootResult } from '../model/boot.ts';
import { isOfAccel } from './failure.ts';
import { startVm } from './vm.ts';

/** A cell's boot, planned for the accelerator in question, and what user space prints first in it. */
export interface ProbeCell {
  readonly plan: BootPlan;
  readonly expectText: string;
}

export interface ProbeResult {
  readonly works: boolean;
  /** Why it does not: `the guest hung without printing a byte`. */
  readonly reason?: string;
  /** The same would be found tomorrow. */
  readonly lasting: boolean;
}

// A working accelerator takes about a second; this is for a busy host.
const limits = { bootMs: 12_000, silenceMs: 8_000, totalMs: 12_000 };

/** Boots the cell once. Throws only when `signal` aborts. */
export async function probeAccel(cell: ProbeCell, signal: AbortSignal): Promise<ProbeResult> {
  const wanted = Buffer.from(cell.expectText);
  const state = { seen: false };
  let end = Buffer.alloc(0);
  await using vm = startVm({ ...cell.plan, limits }, {
    signal,
    onConsole(chunk) {
      // The text may be cut in two by the chunks.
      const text = Buffer.concat([end, chunk]);
      end = text.subarray(-wanted.length);
      if (state.seen || !text.includes(wanted)) return;
      state.seen = true;
      vm.stop('decided');
    },
  });
  const result = await vm.exit;
  signal.throwIfAborted();
  return state.seen ? { works: true, lasting: true } : { works: false, reason: describe(result), lasting: isLasting(result) };
}

function describe({ exit, consoleBytes }: BootResult): string {
  const printed = consoleBytes === 0 ? 'without printing a byte' : 'before user space';
  switch (exit.kind) {
    case 'failed': return exit.message;
    case 'stopped': return `the guest hung ${printed}`;
    case 'exited': return `the guest ended ${printed}`;
    case 'signalled': return `QEMU was ended by ${exit.signal}`;
  }
}

const isLasting = ({ exit }: BootResult): boolean => exit.kind === 'stopped' || isOfAccel(exit);
