import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryGate, overheadBytes } from '../../../../src/run/cell/memory-gate.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const never = new AbortController().signal;

describe('the memory gate', () => {
  it('lets no more in than there is room for, but one at least, and everyone in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 100 }), fc.array(fc.record({ guest: fc.integer({ min: 0, max: 120 }), turns: fc.integer({ min: 0, max: 4 }), fails: fc.boolean() }), { maxLength: 12 }), async (room, guests) => {
        const gate = createMemoryGate(overheadBytes * room);
        const inside: number[] = [];
        const order: number[] = [];
        await Promise.allSettled(guests.map(({ guest, turns, fails }, index) => gate(overheadBytes * guest, async () => {
          order.push(index);
          inside.push(guest + 1);
          if (inside.length > 1) expect(inside.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(room);
          for (let left = turns; left > 0; left -= 1) await turn();
          inside.splice(inside.indexOf(guest + 1), 1);
          if (fails) throw new Error('ended badly');
        }, never)));
        expect(order).toEqual(guests.map((_, index) => index));
        expect(inside).toEqual([]);
      }),
    );
  });

  it('counts what guests have together once, for as long as one of them has it', async () => {
    const gate = createMemoryGate(10 * overheadBytes);
    const shared = { key: 'template', bytes: 4 * overheadBytes };
    const inside = new Set<number>();
    const ends: (() => void)[] = [];
    // Each has one of its own and one for QEMU beside the four that are shared: three fit into ten.
    const guests = [0, 1, 2, 3].map((index) => gate(5 * overheadBytes, () => new Promise<void>((resolve) => {
      inside.add(index);
      ends[index] = () => { inside.delete(index); resolve(); };
    }), never, shared));
    await turn();
    expect([...inside]).toEqual([0, 1, 2]);
    ends[0]?.();
    await turn();
    await turn();
    expect([...inside]).toEqual([1, 2, 3]);
    for (const index of [1, 2, 3]) ends[index]?.();
    await Promise.all(guests);
    expect(await gate(9 * overheadBytes, () => Promise.resolve('all of it again'), never)).toBe('all of it again');
  });

  it('lets whoever gives up go, and the next one in', async () => {
    const gate = createMemoryGate(10 * overheadBytes);
    const abort = new AbortController();
    let end = (): void => undefined;
    const first = gate(5 * overheadBytes, () => new Promise<void>((resolve) => (end = resolve)), never);
    const large = gate(9 * overheadBytes, () => Promise.resolve('large'), abort.signal);
    const small = gate(overheadBytes, () => Promise.resolve('small'), never);
    abort.abort(new Error('enough'));
    await expect(large).rejects.toThrow('enough');
    expect(await small).toBe('small');
    end();
    await first;
    await expect(gate(1, () => Promise.resolve(1), abort.signal)).rejects.toThrow('enough');
  });
});
