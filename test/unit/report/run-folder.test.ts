import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { foldEvents } from '../../../src/report/fold.ts';
import { createRunFolder, readRunEvents } from '../../../src/report/run-folder.ts';
import { sampleEvents, sampleReport } from './sample.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kit-test-run-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

describe('the run folder', () => {
  it('has a name that sorts by time, and `latest` points at the newest', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      ids.push((await createRunFolder({ root })).id);
      expect(await readlink(join(root, 'runs', 'latest'))).toBe(ids.at(-1));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect([...ids].sort()).toEqual(ids);
    expect((await readdir(join(root, 'runs'))).sort()).toEqual([...ids, 'latest']);
  });

  it('gives two runs at once two folders', async () => {
    const folders = await Promise.all(Array.from({ length: 8 }, () => createRunFolder({ root })));
    expect(new Set(folders.map(({ path }) => path)).size).toBe(8);
  });

  it('holds the events as they happen, and the report can be made of them', async () => {
    const { path, recorder } = await createRunFolder({ root });
    for (const event of sampleEvents.slice(0, -1)) recorder.onEvent?.(event);
    const { events, broken } = await readRunEvents(path);
    expect(broken).toEqual([]);
    expect(foldEvents(events).cells).toEqual(JSON.parse(JSON.stringify(sampleReport.cells)));
    await recorder.onEnd?.(sampleReport);
  });

  it('keeps no line for each step of a download', async () => {
    const { path, recorder } = await createRunFolder({ root });
    for (let done = 0; done <= 1000; done += 1) recorder.onEvent?.({ at: '', kind: 'download', name: 'x', done, total: 1000, finished: done === 1000 });
    expect((await readRunEvents(path)).events).toHaveLength(2);
  });

  it('makes the folder of a cell and names the files of each attempt', async () => {
    const folder = await createRunFolder({ root });
    expect(await folder.attempt('boot/6.1/arm', 1)).toEqual({ folder: 'cells/boot+6.1+arm', console: 'cells/boot+6.1+arm/console.log', times: 'cells/boot+6.1+arm/console.times', resultsLog: 'cells/boot+6.1+arm/results.log', qemuCmd: 'cells/boot+6.1+arm/qemu.cmd', artifacts: 'cells/boot+6.1+arm/artifacts', hang: 'cells/boot+6.1+arm/hang.log', screen: 'cells/boot+6.1+arm/screen' });
    expect((await folder.attempt('boot/6.1/arm', 2)).console).toBe('cells/boot+6.1+arm/console.2.log');
    expect((await stat(join(folder.path, 'cells/boot+6.1+arm'))).isDirectory()).toBe(true);
  });

  it('is the folder that --output names, where only an earlier run is replaced', async () => {
    const output = join(root, 'out');
    await mkdir(join(output, 'cells'), { recursive: true });
    await writeFile(join(output, 'notes.txt'), 'mine');
    await writeFile(join(output, 'cells', 'mine.txt'), 'mine');
    const first = await createRunFolder({ root, output });
    expect(first.path).toBe(output);
    expect(await readdir(join(output, 'cells'))).toEqual(['mine.txt']);
    for (const event of sampleEvents) first.recorder.onEvent?.(event);
    await createRunFolder({ root, output });
    expect(await readdir(output)).toEqual(['notes.txt']);
    expect(await readdir(root)).toEqual(['out']);
  });

  it('refuses a file in its place', async () => {
    await writeFile(join(root, 'file'), '');
    await expect(createRunFolder({ root, output: join(root, 'file') })).rejects.toMatchObject({ code: 'OUTPUT_NOT_A_FOLDER' });
    await expect(createRunFolder({ root: join(root, 'file') })).rejects.toMatchObject({ code: 'OUTPUT_NOT_A_FOLDER' });
  });

  it('says so where there is no run to read', async () => {
    await expect(readRunEvents(root)).rejects.toMatchObject({ code: 'NO_RUN' });
  });

  it('loses no event that was recorded before SIGKILL', async () => {
    const output = join(root, 'killed');
    const child = spawn(process.execPath, [fileURLToPath(new URL('../../../node_modules/.bin/jiti', import.meta.url)), fileURLToPath(new URL('record-and-die.ts', import.meta.url)), output]);
    await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    const { events, broken } = await readRunEvents(output);
    expect(broken).toEqual([]);
    expect(events).toHaveLength(30);
    expect(foldEvents(events)).toMatchObject({ interrupted: true, totals: { total: sampleReport.totals.total } });
    expect(await readFile(join(output, 'events.ndjson'), 'utf8')).toMatch(/\n$/);
  });
});
