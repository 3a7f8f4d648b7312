import { describe, expect, it } from 'vitest';
import { bootPhases } from '../../../../src/run/cell/boot-phases.ts';

const cold = { durationMs: 2000, runningMs: 90, firstByteMs: 400, userspaceMs: 1200 };

describe('the phases of a boot', () => {
  it('are the kernel, the test and the end', () => {
    expect(bootPhases({ boot: cold, script: false, decidedMs: 1800 })).toEqual([['boot', 90], ['test', 1200], ['end', 1800]]);
  });

  it('begin where the guest went on from a template', () => {
    expect(bootPhases({ boot: { ...cold, userspaceMs: 111, restored: { afterMs: 110, bootMs: 1100 } }, script: false, decidedMs: 500 })).toEqual([['boot', 110], ['test', 111], ['end', 500]]);
  });

  it.each([['was ended undecided', undefined], ['was decided after a limit had run out', 2500]])('are the test up to its end where it %s', (_, decidedMs) => {
    expect(bootPhases({ boot: cold, script: false, decidedMs }).at(-1)).toEqual(['end', 2000]);
  });

  it('are the kernel alone where user space never came', () => {
    expect(bootPhases({ boot: { durationMs: 2000, runningMs: 90 }, script: false, decidedMs: undefined })).toEqual([['boot', 90], ['end', 2000]]);
  });

  it('are the start alone where QEMU ran no guest', () => {
    expect(bootPhases({ boot: { durationMs: 30 }, script: false, decidedMs: undefined })).toEqual([['end', 30]]);
  });

  it('of a runner begin with its machine', () => {
    expect(bootPhases({ boot: { durationMs: 2000, firstByteMs: 800, command: 'cloud' }, script: false, decidedMs: undefined })).toEqual([['boot', 0], ['end', 2000]]);
  });

  it('of a script are its test', () => {
    expect(bootPhases({ boot: { durationMs: 50, command: 'sh' }, script: true, decidedMs: undefined })).toEqual([['test', 0], ['end', 50]]);
  });
});
