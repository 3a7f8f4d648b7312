// The live half of a dialog, in real time: what is typed when, and which deadlines come.
import { describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { createWatch } from '../../../../src/console/watch.ts';
import type { DialogStep } from '../../../../src/model/dialog.ts';
import { beginDialog } from '../../../../src/run/cell/dialog.ts';

const step = (wait: string, send?: string, within = 60_000): DialogStep => ({ wait, within, ...(send === undefined ? {} : { send }) });

function talk(steps: readonly DialogStep[], scale = 1) {
  const watch = createWatch([{ protocol: 'none', ordered: false, dialog: [...steps] }]);
  const events: string[] = [];
  let excused = 0;
  const dialog = beginDialog({ steps, scale }, {
    write: (bytes) => void events.push(`type ${JSON.stringify(Buffer.from(bytes).toString())}`),
    excuseSilence: (now) => void (excused += now ? 1 : -1),
  }, () => events.push(dialog.late() ? 'late' : dialog.done() ? 'done' : 'typed'));
  return { dialog, events, excused: () => excused, say: (text: string, held = false) => dialog.seen(watch.push(Buffer.from(text)), held) };
}

describe('a live dialog', () => {
  it('types each answer after its question, once the console is silent', async () => {
    const { dialog, events, say } = talk([step('login: ', 'root\n'), step('# ', 'id\n'), step('uid=')]);
    say('host login: ');
    await sleep(20);
    say(' ');
    expect(events).toEqual([]);
    await sleep(250);
    say('# ');
    await sleep(250);
    expect(dialog.done()).toBe(false);
    say('uid=0');
    expect(dialog.done()).toBe(true);
    expect(events).toEqual(['type "root\\n"', 'typed', 'type "id\\n"', 'typed']);
    expect(dialog.end().map(({ status }) => status)).toEqual(['pass', 'pass', 'pass']);
  });

  it('is not done before its last answer is typed', async () => {
    const { dialog, events, say } = talk([step('# ', 'poweroff\n')]);
    say('# ');
    expect(dialog.done()).toBe(false);
    await sleep(250);
    expect(events).toEqual(['type "poweroff\\n"', 'done']);
  });

  it('answers a console that is never silent', async () => {
    const { events, say } = talk([step('? ', 'y')]);
    say('? ');
    const begin = performance.now();
    while (events.length === 0 && performance.now() - begin < 8000) {
      say('noise\n');
      await sleep(20);
    }
    expect(events[0]).toBe('type "y"');
  });

  it('types answers of questions that came together in their order', async () => {
    const { events, say } = talk([step('a', '1'), step('b'), step('c', '2')]);
    say('abc');
    await sleep(250);
    expect(events).toEqual(['type "12"', 'done']);
  });

  it('keeps what it types while the guest waits for something else', async () => {
    const { dialog, events, say, excused } = talk([step('a', '1', 100), step('b', undefined, 100)]);
    say('kit-test: init 1\na', true);
    await sleep(300);
    say('kit-test: ready\n', true);
    expect([events, dialog.done(), excused()]).toEqual([[], false, 0]);
    say('', false);
    await sleep(150);
    expect(events[0]).toBe('type "1"');
    await sleep(300);
    expect(dialog.late()).toBe(true);
  });

  it('does not count time in which the guest waits for something else', async () => {
    const { dialog, say } = talk([step('a', undefined, 200)]);
    say('kit-test: init 1\n', true);
    await sleep(400);
    say('a', false);
    expect([dialog.late(), dialog.done()]).toEqual([false, true]);
  });

  it('counts from when user space begins', async () => {
    const { dialog, events, say, excused } = talk([step('login: ', 'root\n', 150)], 2);
    say('booting\n');
    await sleep(500);
    expect([dialog.late(), excused()]).toEqual([false, 0]);
    say('Run /init as init process\n');
    expect(excused()).toBe(1);
    await sleep(800);
    expect([events, excused()]).toEqual([['late'], 0]);
    say('login: ');
    await sleep(200);
    expect(events).toEqual(['late']);
    const [outcome] = dialog.end();
    expect(outcome).toMatchObject({ wait: 'login: ', status: 'fail', limitMs: 300 });
    // Timers may be a millisecond early.
    expect(outcome?.durationMs).toBeGreaterThan(290);
  });

  it('takes what came in time, though it was read late', async () => {
    const { dialog, say } = talk([step('a', undefined, 50)]);
    say('kit-test: init 1\n');
    setImmediate(() => say('a'));
    const until = performance.now() + 200;
    while (performance.now() < until);
    await sleep(100);
    expect([dialog.late(), dialog.done()]).toEqual([false, true]);
  });

  it('says of every step how it ended when the guest ends before', async () => {
    const { dialog, say, excused } = talk([step('a'), step('b'), step('c')], 3);
    say('kit-test: init 1\na');
    await sleep(50);
    const [first, second, third] = dialog.end();
    expect([first?.status, second?.status, third]).toEqual(['pass', 'missing', { wait: 'c', status: 'missing', durationMs: 0, limitMs: 180_000 }]);
    expect(second?.durationMs).toBeGreaterThan(20);
    expect(excused()).toBe(0);
  });

  it('is done from the beginning where there is none', () => {
    const dialog = beginDialog(undefined, { write: () => undefined, excuseSilence: () => undefined }, () => undefined);
    expect([dialog.done(), dialog.late(), dialog.end()]).toEqual([true, false, []]);
  });
});
