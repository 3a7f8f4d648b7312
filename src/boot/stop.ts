// The ladder that ends a QEMU: each step has its grace, then comes the next.

const graceMs = 1500;

/** Steps are taken in order until `done`. Starting twice is starting once; the timers keep nothing alive. */
export function createStop(steps: readonly (() => void)[], grace = graceMs): { start(): void; done(): void } {
  let timer: NodeJS.Timeout | undefined;
  let started = false;
  const take = (index: number): void => {
    steps[index]?.();
    if (index + 1 < steps.length) timer = setTimeout(() => take(index + 1), grace).unref();
  };
  return {
    start() {
      if (started) return;
      started = true;
      take(0);
    },
    done() {
      started = true;
      clearTimeout(timer);
    },
  };
}
