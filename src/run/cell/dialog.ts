// The live half of a dialog: types the answers of its steps on the guest's console, and keeps their deadlines. Which step has
// come, the watch says.
import type { WatchState } from '../../model/console.ts';
import type { DialogOutcome, DialogStep } from '../../model/dialog.ts';
import type { Vm } from '../../boot/life.ts';

export interface DialogPlan {
  readonly steps: readonly DialogStep[];
  /** Factor by which deadlines are stretched. */
  readonly scale: number;
}

export interface Conversation {
  /** Takes what is known of the console by now. `held`: nothing may be typed, for the guest waits for something else. */
  seen(state: WatchState, held: boolean): void;
  /** All steps have come and are answered. */
  done(): boolean;
  /** The deadline of a step has come: nothing that follows can make it good. */
  late(): boolean;
  /** The boot has ended. */
  end(): readonly DialogOutcome[];
}

/** Programs throw away what was typed before they had finished asking: the console has to be silent so long before an answer. */
const settleMs = 100;
/** A console that never is silent is answered all the same. */
const longestSettleMs = 2000;

/** `onChange` is called when an answer was typed or a deadline came. */
export function beginDialog(plan: DialogPlan | undefined, vm: Pick<Vm, 'write' | 'excuseSilence'>, onChange: () => void): Conversation {
  const nothing = { seen: () => undefined, done: () => true, late: () => false, end: () => [] };
  return plan === undefined ? nothing : converse(plan, vm, onChange);
}

function converse({ steps, scale }: DialogPlan, vm: Pick<Vm, 'write' | 'excuseSilence'>, onChange: () => void): Conversation {
  const waited: number[] = [];
  let answers: string[] = [];
  let answerDue = 0;
  let held = false;
  /** When the step whose turn it is began to be waited for. */
  let since: number | undefined;
  let isLate = false;
  let typing: NodeJS.Timeout | undefined;
  let deadline: NodeJS.Timeout | undefined;

  const limitOf = (step: DialogStep): number => Math.round(step.within * scale);
  const elapsed = (): number => (since === undefined ? 0 : performance.now() - since);

  /** The guest's silence is ours to judge while a step has its deadline. */
  function wait(from: number | undefined): void {
    if ((since === undefined) !== (from === undefined)) vm.excuseSilence(from !== undefined);
    since = from;
    clearTimeout(deadline);
    const step = steps[waited.length];
    if (step !== undefined && from !== undefined) deadline = setTimeout(lookAgain, from + limitOf(step) - performance.now()).unref();
  }

  /** If it was us who slept, what came meanwhile is read first. */
  function lookAgain(): void {
    const from = since;
    setImmediate(() => {
      if (since === undefined || since !== from) return;
      waited.push(elapsed());
      isLate = true;
      wait(undefined);
      onChange();
    });
  }

  function type(): void {
    vm.write(Buffer.from(answers.join('')));
    answers = [];
    wait(waited.length < steps.length ? performance.now() : undefined);
    onChange();
  }

  function settle(): void {
    clearTimeout(typing);
    if (answers.length > 0 && !held) typing = setTimeout(type, Math.max(0, Math.min(settleMs, answerDue - performance.now()))).unref();
  }

  return {
    seen({ findings, userspace }, isHeld) {
      if (isLate || waited.length === steps.length && answers.length === 0) return;
      const count = findings.filter(({ kind }) => kind === 'dialog').length;
      const came = steps.slice(waited.length, count);
      for (const { send } of came) {
        waited.push(elapsed());
        if (answers.length === 0) answerDue = performance.now() + longestSettleMs;
        if (send !== undefined) answers.push(send);
        since = since === undefined ? undefined : performance.now();
      }
      held = isHeld;
      const waits = waited.length < steps.length && answers.length === 0 && !held && (userspace || waited.length > 0);
      if (!waits) wait(undefined);
      else if (came.length > 0 || since === undefined) wait(performance.now());
      settle();
    },
    done: () => waited.length === steps.length && answers.length === 0 && !isLate,
    late: () => isLate,
    end() {
      const at = waited.length;
      if (since !== undefined && at < steps.length) waited.push(elapsed());
      const came = isLate ? at - 1 : at;
      wait(undefined);
      clearTimeout(typing);
      return steps.map((step, index) => ({
        wait: step.wait,
        status: index < came ? 'pass' : isLate && index === came ? 'fail' : 'missing',
        durationMs: waited[index] ?? 0,
        limitMs: limitOf(step),
      }));
    },
  };
}
