// What every reporter of src/report/reporters promises. A new one needs its golden (UPDATE=1 accepts) and a line in `cellsIn`.
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunEvent } from '../../src/model/events.ts';
import { pageCellsId, pageDataId, type PageData } from '../../src/model/page.ts';
import type { CellResult, RunReport } from '../../src/model/report.ts';
import { loadReporter, reporterNames } from '../../src/report/create.ts';
import { createFanout } from '../../src/report/fanout.ts';
import { foldEvents } from '../../src/report/fold.ts';
import type { Output } from '../../src/report/reporter.ts';
import { GithubSchema } from '../../src/model/github.ts';
import { sampleCells, sampleEvents } from '../unit/report/sample.ts';

const names = await reporterNames();
const golden = new URL('../golden/', import.meta.url);
const ids = sampleCells.map(({ id }) => id);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-test-reporters-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** All that a reporter puts out for a run: what it prints, its files, and what it asks of GitHub. */
async function outputOf(name: string, events: readonly RunEvent[], report: RunReport): Promise<string> {
  const runFolder = await mkdtemp(join(folder, 'run-'));
  const summary = join(folder, 'summary.md');
  await writeFile(summary, '');
  vi.stubEnv('GITHUB_STEP_SUMMARY', summary);
  // GitHub's description of itself takes a second to read.
  await using github = name.startsWith('github-') ? await (await import('../github/server.ts')).startGithub() : undefined;
  const warnings: string[] = [];
  const printed: string[] = [];
  const collect = (text: unknown): boolean => printed.push(String(text)) > 0;
  const workflow = vi.spyOn(process.stdout, 'write').mockImplementation(collect);
  try {
    const stdout = { write: collect, on: () => stdout, off: () => stdout } as unknown as Output;
    const reporter = await loadReporter(name);
    const env = { ...github?.env, LANG: 'C.UTF-8', GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary };
    const fanout = createFanout([reporter.create({ folder: runFolder, root: runFolder, cwd: runFolder, stdout, env, github: GithubSchema.parse({}), warn: (message) => void warnings.push(message) })]);
    events.forEach((event) => fanout.emit(event));
    expect(await fanout.finish(report)).toEqual([]);
  } finally {
    workflow.mockRestore();
    vi.unstubAllEnvs();
  }
  expect([...warnings, ...(github?.mistakes ?? [])]).toEqual([]);
  const asked = (github?.asked ?? []).map(({ method, url, body }) => `${method} ${url}\n${JSON.stringify(body, null, 2)}\n`);
  const files = (await readdir(runFolder)).sort();
  const written = await Promise.all([...files.map((file) => join(runFolder, file)), summary].map((file) => readFile(file, 'utf8')));
  return [...printed, ...written, ...asked.sort()].join('');
}

/** Which cells an output shows, as it shows them. */
const cellsIn: Readonly<Record<string, (output: string) => readonly string[]>> = {
  junit: (output) => [...output.matchAll(/<testsuite name="([^"]*)"/g)].map(([, id = '']) => id),
  tap: (output) => [...output.matchAll(/^(?:not )?ok \d+ - (\S+)/gm)].map(([, id = '']) => id),
  json: (output) => (JSON.parse(output) as RunReport).cells.map(({ id }) => id),
  markdown: (output) => [...output.matchAll(/<span title="([^:]*):/g)].map(([, id = '']) => id),
  github: (output) => [...output.matchAll(/<span title="([^:]*):/g)].map(([, id = '']) => id),
  'github-check': (output) => [...output.matchAll(/<span title=\\"([^:]*):/g)].slice(0, ids.length).map(([, id = '']) => id),
  'github-comment': (output) => [...output.matchAll(/<span title=\\"([^:]*):/g)].map(([, id = '']) => id),
  html: (output) => pageData(output).report.cells.map(({ id }) => id),
  terminal(output) {
    const [, titles = '', archs = '', ...rows] = /^(.*─.*)\n(.*)\n((?:\S.*\n)+)/m.exec(output) ?? [];
    const [kernel = ''] = titles.trim().split(' ');
    return rows.join('').trimEnd().split('\n').flatMap((row) => {
      const [name = '', ...rest] = row.split(/\s+/);
      const marks = rest.filter((word) => /^[✓=≈◇✗!◷?–]$/.test(word));
      return marks.map((_, index) => `${name}/${kernel}/${archs.trim().split(/\s+/)[index] ?? ''}`);
    });
  },
};

/** What a page shows, without the program that shows it. */
function pageData(output: string): PageData {
  const textOf = (id: string): string => new RegExp(`id="${id}">([^<]*)<`).exec(output)?.[1] ?? '';
  const unpack = (packed: string): unknown => JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8'));
  const { report, ...rest } = unpack(textOf(pageDataId)) as PageData;
  const parts = textOf(pageCellsId).split('\n').filter((part) => part !== '');
  return { ...rest, report: { ...report, cells: parts.flatMap((part) => unpack(part) as readonly CellResult[]) } };
}

/** They tell of kernels and architectures, or of time, not of every cell. */
const isWithoutCells: ReadonlySet<string> = new Set(['github-status', 'profile']);

/** Formats that carry what the guest printed as it was, for programs that parse them. */
const isForPrograms: ReadonlySet<string> = new Set(['json', 'junit']);

const reportEvents = (length: number): readonly RunEvent[] => sampleEvents.slice(0, length);

describe.each(names)('the reporter %s', (name) => {
  it('has the name of its file', async () => {
    expect((await loadReporter(name)).name).toBe(name);
  });

  it('renders the sample run as its golden says', async () => {
    const output = await outputOf(name, sampleEvents, foldEvents(sampleEvents));
    // The page's bytes are mostly its program; what it shows is the report itself, which json's golden holds.
    if (name === 'html') expect(pageData(output)).toEqual({ report: foldEvents(sampleEvents) });
    else await expectGolden(name, output.replaceAll(folder, '/tmp'));
  });

  it('renders equal reports to equal bytes', async () => {
    const report = foldEvents(sampleEvents);
    expect(await outputOf(name, sampleEvents, report)).toBe(await outputOf(name, sampleEvents, structuredClone(report)));
  });

  it.skipIf(isWithoutCells.has(name))('shows every planned cell exactly once, whatever prefix of the events survived', async () => {
    const find = cellsIn[name];
    if (find === undefined) throw new Error(`say in cellsIn how the cells of ${name} are found`);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: sampleEvents.length }), async (length) => {
        const events = reportEvents(length);
        expect(find(await outputOf(name, events, foldEvents(events)))).toEqual(ids);
      }),
      { numRuns: 8 },
    );
  });

  it('survives a run without cells', async () => {
    const events = sampleEvents.slice(0, 1).map((event) => ({ ...event, cells: [] }));
    await expect(outputOf(name, events, foldEvents(events))).resolves.toEqual(expect.any(String));
  });

  it('lets nothing of the guest act on who reads it', async () => {
    const output = await outputOf(name, sampleEvents, foldEvents(sampleEvents));
    expect(output).not.toMatch(/[\0-\x08\x0b-\x1f]/);
    if (isForPrograms.has(name)) return;
    const commands = output.split('\n').filter((line) => /^\s*::|##\[/.test(line));
    for (const line of commands) expect(line).toMatch(/^::(error|warning) title=[^:]*::[^:]/);
    expect(commands.length > 0).toBe(name === 'github');
    expect(output).not.toMatch(/[\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
  });
});

async function expectGolden(name: string, output: string): Promise<void> {
  const extension = (await loadReporter(name)).file?.split('.').pop() ?? 'txt';
  const file = new URL(`${name}.${extension}`, golden);
  if (process.env['UPDATE'] === '1') await writeFile(file, output);
  expect(output).toBe(await readFile(file, 'utf8').catch(() => 'no golden yet: run with UPDATE=1 and look at it'));
}
