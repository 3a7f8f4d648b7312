import { describe, expect, it } from 'vitest';
import { GithubSchema } from '../../../src/model/github.ts';
import type { Reporter } from '../../../src/model/events.ts';
import { createReporters, loadReporter, reporterNames } from '../../../src/report/create.ts';
import { createFanout } from '../../../src/report/fanout.ts';
import { sampleEvents, sampleReport } from './sample.ts';

function recorder(name: string, fails: { readonly event?: boolean; readonly end?: boolean } = {}): Reporter & { readonly seen: string[] } {
  const seen: string[] = [];
  return {
    name,
    seen,
    onEvent(event) {
      seen.push(event.kind);
      if (fails.event === true) throw new Error('no event');
    },
    onEnd() {
      seen.push('end');
      return fails.end === true ? Promise.reject(new Error('no end')) : Promise.resolve();
    },
  };
}

describe('createFanout', () => {
  it('delivers every event to every reporter and lets each finish', async () => {
    const reporters = [recorder('a'), recorder('b')];
    const fanout = createFanout(reporters);
    sampleEvents.forEach((event) => fanout.emit(event));
    expect(await fanout.finish(sampleReport)).toEqual([]);
    for (const { seen } of reporters) expect(seen).toEqual([...sampleEvents.map(({ kind }) => kind), 'end']);
  });

  it('goes on without a reporter that throws, and names it once', async () => {
    const [bad, good, late] = [recorder('bad', { event: true, end: true }), recorder('good'), recorder('late', { end: true })];
    const fanout = createFanout([bad, good, late]);
    sampleEvents.forEach((event) => fanout.emit(event));
    const failures = await fanout.finish(sampleReport);
    expect(failures.map(({ reporter, error }) => [reporter, (error as Error).message])).toEqual([['bad', 'no event'], ['late', 'no end']]);
    expect(bad.seen).toEqual(['run-start', 'end']);
    expect(good.seen).toHaveLength(sampleEvents.length + 1);
  });

  it('tells each reporter which ones have finished before it, and how long they took', async () => {
    const told: (readonly string[])[] = [];
    const slow: Reporter = { name: 'slow', onEnd: () => new Promise((resolve) => setTimeout(resolve, 30)) };
    let ms = 0;
    const last: Reporter = {
      name: 'last',
      onEnd(_, earlier = []) {
        told.push(earlier.map(({ name }) => name));
        ms = earlier[1]?.ms ?? 0;
        return Promise.resolve();
      },
    };
    await createFanout([recorder('bad', { end: true }), slow, last]).finish(sampleReport);
    expect(told).toEqual([['bad', 'slow']]);
    // Timers may come a moment early.
    expect(ms).toBeGreaterThan(25);
  });

  it('takes reporters that have neither events nor an end', async () => {
    const fanout = createFanout([{ name: 'silent' }]);
    fanout.emit({ at: '', kind: 'notice', message: '' });
    expect(await fanout.finish(sampleReport)).toEqual([]);
  });
});

describe('reporters by name', () => {
  it('are the files of the folder', async () => {
    expect(await reporterNames()).toEqual(expect.arrayContaining(['github', 'json', 'junit', 'tap', 'terminal']));
  });

  it('are made once each, in the order they are named', async () => {
    const context = { folder: '.', root: '.', cwd: '.', stdout: process.stdout, env: { CI: '1' }, github: GithubSchema.parse({}), warn: () => undefined };
    expect((await createReporters(['tap', 'json', 'tap'], context)).map(({ name }) => name)).toEqual(['tap', 'json']);
  });

  it('are refused with the names there are and the one that was meant', async () => {
    await expect(loadReporter('junti')).rejects.toMatchObject({ code: 'UNKNOWN_REPORTER', hint: expect.stringMatching(/did you mean "junit"\?.*terminal/) as string });
  });
});
