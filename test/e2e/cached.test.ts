// `--cached`: what passed and has not changed since does not boot again.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldEvents } from '../../src/report/fold.ts';
import { cellOf, createProject, scriptCase, type Outcome, type Project } from './project.ts';

const config = (more = ''): string => `export default { matrix: { kernels: ['6.1'], arch: ['aarch64'] }, accel: 'tcg', tcgScale: 1${more} };\n`;
const run = (project: Project, ...words: readonly string[]): Promise<Outcome> => project.run(['run', '--matrix', '--cached', ...words]);

/** Which cases booted in the newest run, and which were taken from which earlier one. */
async function told(project: Project): Promise<{ readonly booted: readonly string[]; readonly cached: Readonly<Record<string, string>> }> {
  const events = await project.events();
  const booted = events.flatMap((event) => (event.kind === 'cell-phase' && event.phase === 'boot' ? [event.id.split('/')[0] ?? ''] : []));
  const cached = (await project.report()).cells.flatMap(({ case: name, cached: from }) => (from === undefined ? [] : [[name, from.run]]));
  return { booted: [...new Set(booted)].sort(), cached: Object.fromEntries(cached) as Record<string, string> };
}

const idOf = async (project: Project): Promise<string> => (await project.report()).id;

describe('kit-test run --cached', () => {
  let project: Project;
  beforeAll(async () => {
    project = await createProject({ 'harness.config.ts': config(), ...scriptCase('a', 'echo one'), ...scriptCase('b', 'echo two'), ...scriptCase('c', 'exit 3') });
  });
  afterAll(async () => {
    await project[Symbol.asyncDispose]();
  });

  it('runs again what failed, and nothing that passed, and says in every report where the pass is from', async () => {
    expect(await project.run(['run', '--matrix'])).toMatchObject({ code: 1 });
    expect(await told(project)).toEqual({ booted: ['a', 'b', 'c'], cached: {} });
    const first = await idOf(project);
    const ran = cellOf(await project.report(), 'a');

    const outcome = await run(project);
    expect(outcome).toMatchObject({ code: 1, stderr: '' });
    expect(await told(project)).toEqual({ booted: ['c'], cached: { a: first, b: first } });
    const report = await project.report();
    expect(report.totals).toMatchObject({ total: 3, pass: 2, cached: 2, fail: 1 });
    const cell = cellOf(report, 'a');
    expect(cell).toMatchObject({ verdict: { kind: 'pass' }, flaky: false, durationMs: ran.durationMs, attempts: [{ number: 1, results: ran.attempts[0].results, kernel: ran.attempts[0].kernel, image: ran.attempts[0].image }] });
    expect(cell.attempts[0]).not.toHaveProperty('console');
    expect(cell).not.toHaveProperty('history');
    expect(foldEvents(await project.events())).toEqual(report);

    expect(outcome.stdout).toContain(`= cached   a/6.1/aarch64  passed in run ${first}\n`);
    expect(outcome.stdout).toContain('= 2 cached');
    const read = (file: string): Promise<string> => project.read(`.kit-test/runs/latest/${file}`);
    expect(await read('junit.xml')).toContain(`<property name="cached" value="${first}"/>`);
    expect(await read('results.tap')).toContain(`cached: "${first}"`);
    expect((await readdir(join(project.folder, '.kit-test/runs/latest/cells'))).sort()).toEqual(['c+6.1+aarch64']);
    expect((await project.run(['report', 'render', 'latest'])).code).toBe(0);
  });

  it('says beforehand what would not boot', async () => {
    const { stdout } = await run(project, '--dry-run');
    expect(stdout).toMatch(/^a\/6\.1\/aarch64 cached {2}passed in run \S+$/m);
    expect(stdout).toMatch(/^c\/6\.1\/aarch64 .*\nqemu-system-aarch64 /m);
  });

  it('boots the cells of a case that changed, and no others, until it is as it was', async () => {
    const first = (await told(project)).cached['b'];
    await project.write({ 'cases/a/check.sh': 'echo one  \n' });
    await run(project);
    expect(await told(project)).toEqual({ booted: ['a', 'c'], cached: { b: first } });
    const second = await idOf(project);
    await run(project);
    expect(await told(project)).toEqual({ booted: ['c'], cached: { a: second, b: first } });
    await project.write({ 'cases/a/check.sh': 'echo one\n' });
    await run(project);
    expect(await told(project)).toEqual({ booted: ['c'], cached: { a: first, b: first } });
  });

  it('boots all of them when a limit, an argument or the kernel entry changed', async () => {
    const kernel = await project.read('kernels/6.1.yaml');
    for (const change of [{ 'harness.config.ts': config(', timeouts: { silence: "50s" }') }, { 'kernels/6.1.yaml': `${kernel}cmdline: [quiet]\n` }]) {
      await project.write(change);
      await run(project);
      expect(await told(project)).toEqual({ booted: ['a', 'b', 'c'], cached: {} });
      await project.write({ 'harness.config.ts': config(), 'kernels/6.1.yaml': kernel });
    }
    await project.write({ 'harness.config.ts': config(', reporters: ["terminal", "json"], retries: 0, concurrency: 1') });
    await run(project);
    expect((await told(project)).booted).toEqual(['c']);
    await project.write({ 'harness.config.ts': config() });
  });

  it('does not believe a pass that was damaged, is too old or is gone, and refuses what leaves it nothing to go by', async () => {
    const folder = join(project.folder, '.kit-test/history/passes');
    const rewrite = async (change: (text: string) => string): Promise<void> => {
      for (const name of await readdir(folder)) await writeFile(join(folder, name), change(await readFile(join(folder, name), 'utf8')));
    };
    await rewrite((text) => text.replace('"kind":"pass"', '"kind":"fail","reason":"x"'));
    await run(project);
    expect((await told(project)).booted).toEqual(['a', 'b', 'c']);
    await rewrite((text) => text.replace(/"at":"\d{4}-/, '"at":"2020-'));
    await run(project);
    expect((await told(project)).booted).toEqual(['a', 'b', 'c']);
    await run(project);
    expect((await told(project)).booted).toEqual(['c']);
    expect(await project.run(['run', 'a', '--no-history', '--cached'])).toMatchObject({ code: 2, stderr: expect.stringContaining('CACHED_WITHOUT_HISTORY') as string });
    expect(await project.run(['run', 'a', '--repeat', '2', '--cached'])).toMatchObject({ code: 2, stderr: expect.stringContaining('CACHED_WITH_ROUNDS') as string });
    await rm(folder, { recursive: true });
    await run(project);
    expect((await told(project)).booted).toEqual(['a', 'b', 'c']);
  });
});

it('boots a cell whose verdict a program of this machine has a say in', async () => {
  await using project = await createProject({
    'harness.config.ts': config(),
    'cases/asked/case.yaml': 'summary: asked\nrun: { command: [sh, -c, "sleep 100"] }\nprobe: { command: ["true"] }\n',
    ...scriptCase('plain', 'true'),
  });
  await run(project);
  expect((await run(project)).stdout).toContain('note asked is always run: a program of this machine probes it');
  expect(await told(project)).toMatchObject({ booted: ['asked'], cached: { plain: expect.any(String) as string } });
});
