// How a machine's life ends: asked first where it hung, at once otherwise.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { beginLife, type Life } from '../../../src/boot/life.ts';
import type { BootResult } from '../../../src/model/boot.ts';

const hour = 3_600_000;

/** A machine that ends as soon as it is told to, and what happened to it in which order. */
async function live(act: (life: Life) => void, ask: ((signal: AbortSignal) => Promise<void>) | undefined, totalMs = hour): Promise<{ readonly events: readonly string[]; readonly result: BootResult }> {
  const events: string[] = [];
  const life = beginLife({ bootMs: hour, silenceMs: hour, totalMs }, {
    signal: new AbortController().signal,
    onConsole: () => undefined,
    ...(ask === undefined ? {} : { onLimit: async (signal: AbortSignal) => {
      events.push('asked');
      await ask(signal).then(() => events.push('answered'), () => events.push('cut off'));
    } }),
  }, [() => {
    events.push('told to end');
    life.finish({ kind: 'exited', code: 0 });
  }]);
  act(life);
  const result = await life.exit;
  await sleep(10);
  return { events, result };
}

const bytes = Buffer.from('12345');
const stopped = { kind: 'stopped', why: 'decided' };

describe('a machine that is given up', () => {
  it('is asked before it is ended, and what it answers is not its own output', async () => {
    const { events, result } = await live((life) => {
      life.console(bytes);
      life.giveUp('decided');
      life.console(bytes);
    }, () => sleep(20));
    expect(events).toEqual(['asked', 'answered', 'told to end']);
    expect(result).toMatchObject({ exit: stopped, consoleBytes: 5 });
  });

  it('is ended at once where nobody asks', async () => {
    expect(await live((life) => life.giveUp('decided'), undefined)).toMatchObject({ events: ['told to end'], result: { exit: stopped } });
  });

  it('answers to the end, though a limit runs out meanwhile or it is given up once more', async () => {
    const { events, result } = await live((life) => {
      life.giveUp('decided');
      life.giveUp('decided');
    }, () => sleep(300), 100);
    expect(events).toEqual(['asked', 'answered', 'told to end']);
    expect(result.exit).toEqual(stopped);
  });

  it('is asked no further once it is stopped', async () => {
    const { events, result } = await live((life) => {
      life.giveUp('decided');
      life.stop('interrupted');
    }, (signal) => sleep(hour, undefined, { signal }));
    expect([events.includes('cut off'), events.includes('answered')]).toEqual([true, false]);
    expect(result.exit).toEqual(stopped);
  });
});

describe('a machine that is over a limit', () => {
  it('is asked before it is ended, and not given up while it answers', async () => {
    const { events, result } = await live((life) => void setTimeout(() => life.giveUp('decided'), 150), () => sleep(300), 50);
    expect(events).toEqual(['asked', 'answered', 'told to end']);
    expect(result.exit).toEqual({ kind: 'stopped', why: 'total-limit', limitMs: 50 });
  });
});
