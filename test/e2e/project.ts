// Projects for tests of the built command: written from texts into a temporary folder, with this repository's kernels and
// lock file, and the user's cache unless a test brings its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import type { RunEvent } from '../../src/model/events.ts';
import type { CellResult, RunReport } from '../../src/model/report.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const command = join(root, 'dist/main.js');

/** The user's cache may grow beyond its limits at any run: what is told of that then is no matter of a test. */
const ofPruning = /^removed \d+ items? from the cache, .*\n/gm;

type Files = Readonly<Record<string, string | Uint8Array>>;

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Standard output byte for byte; `stdout` is the same as text. */
  readonly bytes: Buffer;
  readonly stdout: string;
  readonly stderr: string;
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
}

export interface Project extends AsyncDisposable {
  readonly folder: string;
  /** Runs `kit-test ARGUMENTS` in the project to its end. */
  run(words: readonly string[], env?: NodeJS.ProcessEnv): Promise<Outcome>;
  /** `input` is what it reads on standard input; there is none by default. */
  start(words: readonly string[], env?: NodeJS.ProcessEnv, input?: Uint8Array): Started;
  write(files: Files): Promise<void>;
  read(path: string): Promise<string>;
  /** report.json of the newest run. */
  report(): Promise<RunReport>;
  /** events.ndjson of the newest run, as far as it is written. */
  events(): Promise<readonly RunEvent[]>;
}

/** One kernel, and the architecture that boots fastest when emulated; limits that are not stretched. */
export const oneCell = `export default { matrix: { kernels: ['6.1'], arch: ['aarch64'] }, accel: 'tcg', tcgScale: 1 };\n`;

/** A project whose matrix is run once, before the tests of a file look at what it left. */
export function ranProject(files: Files): { readonly project: Project; readonly report: RunReport } {
  let ran: { readonly project: Project; readonly report: RunReport };
  beforeAll(async () => {
    const project = await createProject(files);
    await project.run(['run', '--matrix']);
    ran = { project, report: await project.report() };
  });
  afterAll(() => ran.project[Symbol.asyncDispose]());
  return { get project() { return ran.project; }, get report() { return ran.report; } };
}

export async function createProject(files: Files): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-e2e-'));
  const write = async (texts: Files): Promise<void> => {
    for (const [path, text] of Object.entries(texts)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  };
  await cp(join(root, 'kernels'), join(folder, 'kernels'), { recursive: true });
  await copyFile(join(root, 'kit-test.lock'), join(folder, 'kit-test.lock'));
  await write({ 'harness.config.ts': oneCell, ...files });
  const start: Project['start'] = (words, env = {}, input) => startCommand(words, folder, env, input);
  const latest = (file: string): Promise<string> => readFile(join(folder, '.kit-test/runs/latest', file), 'utf8');
  return {
    folder,
    write,
    start,
    run: (words, env) => start(words, env).ended,
    read: (path) => readFile(join(folder, path), 'utf8'),
    report: async () => JSON.parse(await latest('report.json')) as RunReport,
    events: async () => (await latest('events.ndjson').catch(() => '')).split('\n').slice(0, -1).map((line) => JSON.parse(line) as RunEvent),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function startCommand(words: readonly string[], cwd: string, env: NodeJS.ProcessEnv, input: Uint8Array | undefined): Started {
  const child = spawn(process.execPath, [command, ...words], { cwd, env: { ...process.env, FORCE_COLOR: undefined, GITHUB_ACTIONS: undefined, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  // A command that does not read it may have ended before.
  child.stdin.on('error', () => undefined).end(input);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const ended = once(child, 'close').then(([code, signal]) => {
    const bytes = Buffer.concat(out);
    const stderr = Buffer.concat(err).toString();
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, bytes, stdout: bytes.toString(), stderr: env['KIT_TEST_CACHE'] === undefined ? stderr.replace(ofPruning, '') : stderr };
  });
  return { child, ended };
}

/** The files of a case that runs a shell script in the guest; `yaml` is added to its case.yaml. */
export function scriptCase(name: string, script: string, yaml = ''): Files {
  return {
    [`cases/${name}/case.yaml`]: `summary: ${name}\nrun: { command: [sh, ./check.sh], copy: [check.sh] }\n${yaml}\n`,
    [`cases/${name}/check.sh`]: `${script}\n`,
  };
}

/** The result of a case in a report; `place` chooses where it ran in several. */
export function cellOf(report: RunReport, name: string, place = ''): CellResult {
  const found = report.cells.filter(({ id }) => id.startsWith(`${name}/`) && id.includes(place));
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} cells for ${name} ${place} among ${report.cells.map(({ id }) => id).join(', ')}`);
  return found[0];
}

/** Command lines of running processes that have `marker` in them; QEMU's has the name of the cell. */
export async function processesWith(marker: string): Promise<readonly { readonly pid: number; readonly command: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = await Promise.all(pids.map(async (pid) => ({ pid, command: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') })));
  return all.filter(({ command }) => command.includes('qemu-system') && command.includes(marker));
}
