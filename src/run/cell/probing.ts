// The probes of one boot: started when the guest is ready, ended with it, and the guest told to go on when all have been asked.
import type { WatchState } from '../../model/console.ts';
import type { Probe } from '../../model/case.ts';
import type { BootResult } from '../../model/boot.ts';
import { probePorts, type ProbeOutcome } from '../../model/probe.ts';
import type { Vm } from '../../boot/life.ts';

/** What is to be asked, and how. */
export interface ProbePlan {
  readonly probes: readonly Probe[];
  /** Folder of the case. */
  readonly folder: string;
  /** Factor by which deadlines are stretched. */
  readonly scale: number;
  /** The guest says when it is ready, and then waits. One that does not is asked from when user space has begun. */
  readonly waits: boolean;
}

export interface Probing {
  /** Takes what is known of the console by now. */
  seen(state: WatchState): void;
  /** Nothing is left to ask. */
  done(): boolean;
  /** The boot has ended. @throws what asking failed with on our side */
  outcomes(boot: BootResult): Promise<readonly ProbeOutcome[]>;
}

/** `onDone` is called once, when the last probe has ended and the guest goes on. */
export function beginProbing(plan: ProbePlan | undefined, vm: Vm, onDone: () => void): Probing {
  if (plan === undefined) return { seen: () => undefined, done: () => true, outcomes: () => Promise.resolve([]) };
  const ending = new AbortController();
  let asking: Promise<readonly ProbeOutcome[]> | undefined;
  let done = false;

  const ask = async (): Promise<readonly ProbeOutcome[]> => {
    const { askProbes } = await import('../../probe/probes.ts');
    vm.excuseSilence(true);
    try {
      const ports = probePorts(plan.probes).length === 0 ? new Map<number, number>() : await vm.ports().catch((error: unknown) => {
        if (ending.signal.aborted) return new Map<number, number>();
        throw error;
      });
      return await askProbes(plan.probes, { ...plan, ports }, ending.signal);
    } finally {
      vm.excuseSilence(false);
      done = true;
      if (plan.waits) vm.write(Buffer.from('\n'));
      onDone();
    }
  };
  return {
    seen({ ready, userspace, lost }) {
      if (lost) ending.abort(new Error('the guest had failed before'));
      if (asking !== undefined || !(plan.waits ? ready : userspace)) return;
      asking = ask();
      // Who asks for the outcomes hears of it; until then nobody is there.
      asking.catch(() => vm.stop('decided'));
    },
    done: () => done,
    async outcomes(boot) {
      ending.abort(new Error(asking === undefined ? `${howEnded(boot)} before it was ready` : `${howEnded(boot)} before`));
      if (asking !== undefined) return asking;
      const { askProbes } = await import('../../probe/probes.ts');
      return askProbes(plan.probes, { ...plan, ports: new Map() }, ending.signal);
    },
  };
}

function howEnded({ exit }: BootResult): string {
  if (exit.kind !== 'stopped') return 'the guest had ended';
  return exit.why === 'interrupted' ? 'the run was interrupted' : 'the guest was ended';
}
