import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createStop } from '../../../src/boot/stop.ts';

const recording = (count: number): { taken: number[]; steps: (() => void)[] } => {
  const taken: number[] = [];
  return { taken, steps: Array.from({ length: count }, (_, index) => () => void taken.push(index)) };
};

it('takes one step after another until the end is reported', async () => {
  const { taken, steps } = recording(3);
  const ladder = createStop(steps, 5);
  ladder.start();
  ladder.start();
  expect(taken).toEqual([0]);
  while (taken.length < 3) await sleep(2);
  expect(taken).toEqual([0, 1, 2]);
});

it('takes no further step once QEMU has ended', async () => {
  const { taken, steps } = recording(3);
  const ladder = createStop(steps, 5);
  ladder.start();
  ladder.done();
  ladder.start();
  await sleep(30);
  expect(taken).toEqual([0]);
});

it('takes no step for a QEMU that ended by itself', () => {
  const { taken, steps } = recording(2);
  const ladder = createStop(steps, 5);
  ladder.done();
  ladder.start();
  expect(taken).toEqual([]);
});
