// What warm starts have to reach: one cell against its cold boot, 240 cells against the shell loop over cold boots, payloads of
// two sizes, and the memory that many copies of one guest take.
import { copyFile, cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { availableParallelism, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { measure, shellLoop } from './shell-loop.ts';

const MiB = 1024 ** 2;
const archs = ['x86_64', 'aarch64', 'arm'];
const cases = 20;

export interface WarmBench {
  readonly rounds: number;
  readonly root: string;
  readonly kitTest: (...args: string[]) => [string, string[]];
  readonly say: (text: string) => void;
}

interface Report {
  readonly cells: readonly { readonly id: string; readonly attempts: readonly { readonly durationMs: number; readonly boot?: { readonly restored?: object } }[] }[];
}

export async function benchWarm({ rounds, root, kitTest, say }: WarmBench): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-bench-warm-'));
  const run = (...words: readonly string[]): ReturnType<typeof measure> => {
    const [file, args] = kitTest('run', ...words, '--no-history', '--reporter', 'json', '--output', join(folder, 'run'));
    return measure(file, args, { cwd: folder });
  };
  const durations = async (start: 'warm' | 'cold'): Promise<number> => {
    const report = JSON.parse(await readFile(join(folder, 'run/report.json'), 'utf8')) as Report;
    const attempts = report.cells.flatMap((cell) => cell.attempts);
    // Of many rounds the boots of few are kept.
    const wrong = attempts.filter(({ boot }) => boot !== undefined && (boot.restored === undefined) !== (start === 'cold'));
    if (wrong.length > 0) throw new Error(`${wrong.length} of ${attempts.length} did not start ${start}`);
    return median(attempts.map(({ durationMs }) => durationMs / 1000));
  };
  const forget = async (): Promise<void> => {
    const [file, args] = kitTest('cache', 'prune', '--kind', 'template', '--all');
    await measure(file, args, { cwd: folder, quiet: true });
  };
  try {
    await writeProject(folder, root);
    say(`warm starts, load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors`);
    say('  one cell, QEMU start to end   kernel 6.12, median of its rounds, one after the other');
    for (const arch of archs) {
      const words = ['small00', '--kernel', '6.12', '--arch', arch, '-j', '1', '--repeat', `${3 * rounds + 1}`];
      await run(...words, '--boot', 'warm');
      const warm = await durations('warm');
      await run(...words, '--boot', 'cold');
      const cold = await durations('cold');
      say(`    ${arch.padEnd(10)}                  ${warm.toFixed(2)} s, cold ${cold.toFixed(2)} s: ${(cold / warm).toFixed(1)} times as fast`);
    }
    for (const [name, megabytes] of [['small', 5], ['large', 500]] as const) await writePayload(join(folder, 'cases', name), megabytes);
    const sizes: number[] = [];
    for (const name of ['small', 'large']) {
      await run(name, '--kernel', '6.12', '--arch', 'x86_64', '-j', '1', '--repeat', `${2 * rounds + 1}`, '--boot', 'warm');
      sizes.push(await durations('warm'));
    }
    const [small = 0, large = 0] = sizes;
    say(`  a payload of 5 MB             ${small.toFixed(2)} s, of 500 MB ${large.toFixed(2)} s: ratio ${(large / small).toFixed(2)} (1.2 at most)`);

    const all = ['small??', '--matrix'];
    const [file, args] = kitTest('run', ...all, '--dry-run', '--json');
    const plan = JSON.parse((await measure(file, args, { cwd: folder })).stdout) as { readonly concurrency: number; readonly cells: readonly { readonly qemu?: string }[] };
    const bare = await shellLoop(plan.cells.flatMap(({ qemu }) => qemu ?? []), plan.concurrency);
    await forget();
    const first = (await run(...all)).seconds;
    const again = (await run(...all)).seconds;
    say(`  ${plan.cells.length} cells, ${plan.concurrency} at once         bare shell loop, cold ${bare.toFixed(1)} s`);
    say(`    templates to be made        ${first.toFixed(1)} s: ${(bare / first).toFixed(1)} times as fast (4 at least)`);
    say(`    templates there             ${again.toFixed(1)} s: ${(bare / again).toFixed(1)} times as fast (6 at least)`);
    await manyClones(folder, { kitTest, say });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How much memory is taken by copies of one guest: what is theirs alone, and what they have together. */
async function manyClones(folder: string, { kitTest, say }: Pick<WarmBench, 'kitTest' | 'say'>): Promise<void> {
  const clones = Math.min(64, Math.floor((0.5 * totalmem()) / (192 * MiB)));
  for (let index = 0; index < clones; index += 1) await writeCase(join(folder, 'cases', `many${String(index).padStart(2, '0')}`), 'sleep 40', 'timeouts: { silence: 5m, total: 10m, boot: 5m }\n');
  const [file, args] = kitTest('run', 'many??', '--kernel', '6.12', '--arch', 'aarch64', '-j', `${clones}`, '--boot', 'warm', '--no-history', '--reporter', 'json', '--output', join(folder, 'run'));
  const child = spawn(file, args, { cwd: folder, stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let most: readonly Memory[] = [];
  const timer = setInterval(() => void qemusOf(child.pid ?? 0).then((seen) => {
    if (seen.length >= most.length) most = seen;
  }), 500);
  const code = await ended;
  clearInterval(timer);
  if (code !== 0) throw new Error(`${clones} copies ended with exit status ${code ?? 'none'}`);
  const sum = (of: keyof Memory): number => most.reduce((total, memory) => total + memory[of], 0) / MiB;
  say(`  ${most.length} copies at once             ${(sum('resident') / most.length).toFixed(0)} MB resident in each; together ${sum('proportional').toFixed(0)} MB, of which ${sum('anonymous').toFixed(0)} MB are their own`);
}

interface Memory {
  readonly resident: number;
  /** Shared pages divided among those who have them. */
  readonly proportional: number;
  readonly anonymous: number;
}

async function qemusOf(parent: number): Promise<readonly Memory[]> {
  const found: Memory[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      if (!/^\d+ \(qemu-system-/.test(stat) || Number(/\) \S (\d+)/.exec(stat)?.[1]) !== parent) continue;
      const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
      const bytes = (name: string): number => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0);
      found.push({ resident: bytes('Rss'), proportional: bytes('Pss'), anonymous: bytes('Anonymous') });
    } catch {
      // It has just ended.
    }
  }
  return found;
}

async function writeProject(folder: string, root: string): Promise<void> {
  await cp(join(root, 'kernels'), join(folder, 'kernels'), { recursive: true });
  await copyFile(join(root, 'kit-test.lock'), join(folder, 'kit-test.lock'));
  await writeFile(join(folder, 'harness.config.ts'), `export default { matrix: { kernels: ['5.10', '6.1', '6.12', '7.x'], arch: ${JSON.stringify(archs)} }, accel: 'tcg', defaultKernel: '6.12' };\n`);
  for (let index = 0; index < cases; index += 1) await writeCase(join(folder, 'cases', `small${String(index).padStart(2, '0')}`), `grep -q Linux /proc/version && echo case ${index}`);
}

async function writeCase(folder: string, script: string, yaml = ''): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'case.yaml'), `summary: measured\nrun: { command: [sh, ./check.sh], copy: [check.sh] }\n${yaml}`);
  await writeFile(join(folder, 'check.sh'), `${script}\n`);
}

/** A root file system of that size, of which the case reads little. */
async function writePayload(folder: string, megabytes: number): Promise<void> {
  await mkdir(join(folder, 'data'), { recursive: true });
  for (let index = 0; index < megabytes / 5; index += 1) await writeFile(join(folder, 'data', `${index}`), randomBytes(5 * MiB));
  await writeFile(join(folder, 'image.yml'), 'init: ["builtin:init", "apt:busybox-static", "dir:data"]\n');
  // As much memory for either: a template for each would be no comparison.
  await writeFile(join(folder, 'case.yaml'), 'summary: measured\nexpect: { protocol: none, pass: PASSED }\nmemory: 2G\n');
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
