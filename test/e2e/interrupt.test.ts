// A run that is ended from outside: by Ctrl-C once or twice, or by SIGKILL at any moment.
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { foldEvents } from '../../src/report/fold.ts';
import { filesBelow, seedCache } from './own-cache.ts';
import { cellOf, createProject, processesWith, scriptCase } from './project.ts';

/** Case names that no other test's QEMU has in its command line. */
const uniqueName = (): string => `hang-${randomBytes(6).toString('hex')}`;
const interrupted = { kind: 'skip', reason: 'interrupted' };
const hang = 'echo begun; sleep 1000';
/** Its guests boot, so that every QEMU is one of a cell; warm.test.ts kills runs that start warm. */
const jobs = ['run', '--matrix', '--jobs', '2', '--boot', 'cold'];

const qemuGone = (name: string): Promise<void> => expect.poll(() => processesWith(name), { timeout: 10_000 }).toEqual([]);

describe.runIf(process.platform === 'linux')('a run', () => {
  it.each([
    ['SIGINT', 'beside a cell that has passed', '2', { pass: 1, skip: 1 }],
    ['SIGTERM', 'with cells that wait', '1', { pass: 0, skip: 2 }],
  ] as const)('that gets %s %s reports what is known, with one verdict for each cell', async (signal, _, atOnce, totals) => {
    const name = uniqueName();
    await using project = await createProject({ ...scriptCase('first', totals.pass === 1 ? 'true' : hang), ...scriptCase(name, hang) });
    const { child, ended } = project.start(['run', '--matrix', '--jobs', atOnce]);
    await expect.poll(async () => (await project.events()).filter((event) => event.kind === 'cell-end').length, { timeout: 60_000, interval: 20 }).toBe(totals.pass);
    await expect.poll(async () => (await project.events()).some((event) => event.kind === 'cell-phase' && event.phase === 'boot'), { timeout: 60_000, interval: 20 }).toBe(true);
    child.kill(signal);
    // npm passes on what the terminal has sent already: the same key press.
    await sleep(20);
    child.kill(signal);
    const { code, stdout, stderr } = await ended;
    expect(await processesWith(name)).toEqual([]);
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    expect(stdout).toContain('interrupted');
    const report = await project.report();
    expect(report).toMatchObject({ interrupted: true, exitCode: 130, totals: { total: 2, ...totals } });
    expect(report.cells.map(({ verdict }) => verdict)).toEqual([totals.pass === 1 ? { kind: 'pass' } : interrupted, interrupted]);
    expect(foldEvents(await project.events())).toEqual(report);
    for (const file of ['junit.xml', 'results.tap']) for (const cell of report.cells) expect(await project.read(`.kit-test/runs/latest/${file}`)).toContain(cell.case);
  });

  it('whose QEMU somebody kills calls it an error of ours and goes on', async () => {
    const name = uniqueName();
    await using project = await createProject({ ...scriptCase('other', 'true'), ...scriptCase(name, hang) });
    const { ended } = project.start(jobs);
    await expect.poll(() => processesWith(name), { timeout: 60_000, interval: 20 }).toHaveLength(1);
    for (const { pid } of await processesWith(name)) process.kill(pid, 'SIGKILL');
    expect(await ended).toMatchObject({ code: 3, stderr: '' });
    const report = await project.report();
    expect(cellOf(report, name).verdict).toMatchObject({ kind: 'error', stage: 'boot', reason: expect.stringContaining('SIGKILL') as string });
    expect(cellOf(report, 'other').verdict.kind).toBe('pass');
  });

  it('that gets a second SIGINT ends at once, even while a QEMU does not want to', async () => {
    const name = uniqueName();
    await using project = await createProject(scriptCase(name, hang));
    const { child, ended } = project.start(jobs);
    await expect.poll(() => processesWith(name), { timeout: 60_000 }).toHaveLength(1);
    for (const { pid } of await processesWith(name)) process.kill(pid, 'SIGSTOP');
    child.kill('SIGINT');
    await sleep(1200);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    expect((await project.events()).map(({ kind }) => kind)).not.toContain('run-end');
    await qemuGone(name);
  });

  it('that is killed leaves no QEMU, no broken cache entry, and nothing that the next run does not clean', async () => {
    const name = uniqueName();
    await using cache = await seedCache();
    await using project = await createProject({ ...scriptCase('a-passes', 'true'), ...scriptCase(`b-${name}`, hang), ...scriptCase(`c-${name}`, hang) });
    const env = { KIT_TEST_CACHE: cache.root };
    let seen = 0;
    for (let round = 0; round < 20; round += 1) {
      // What a kill may interrupt is made anew, so that every moment of it is hit.
      if (round % 4 === 0) await cache.forgetImages();
      await project.write({ [`cases/b-${name}/extra`]: randomBytes(1024 * 1024), [`cases/b-${name}/case.yaml`]: 'summary: x\nrun: { command: [sleep, "1000"], copy: [extra] }\n' });
      const { child, ended } = project.start(jobs, env);
      await sleep(200 + (round * 3000) / 19 + Math.random() * 100);
      seen += (await processesWith(name)).length;
      child.kill('SIGKILL');
      expect((await ended).signal).toBe('SIGKILL');
      await qemuGone(name);
    }
    expect(seen).toBeGreaterThan(5);

    const { code, stdout } = await project.run(['run', 'a-passes'], env);
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(await filesBelow(cache.root, 'tmp')).toEqual([]);
    expect(await readdir(join(cache.root, 'locks'))).toEqual([]);
    expect(await wrongBlobs(cache.root)).toEqual([]);
    // What the kills left of images is what is made afresh.
    const dryRun = ['run', '--matrix', '--dry-run'];
    expect(await project.run(dryRun, env)).toMatchObject({ code: 0 });
    const left = await cache.images();
    await cache.forgetImages();
    expect(await project.run(dryRun, env)).toMatchObject({ code: 0 });
    const fresh = await cache.images();
    expect(fresh.size).toBeGreaterThan(3);
    for (const [path, digest] of fresh) expect([path, left.get(path)]).toEqual([path, digest]);
  });
});

/** Names of blobs that hold other bytes than they are named for. */
async function wrongBlobs(root: string): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const path of await filesBelow(root, 'blobs')) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(root, path)), hash);
    if (hash.digest('hex') !== basename(path)) wrong.push(path);
  }
  return wrong;
}
