// `npm run bench`: the same cells by a bare shell loop over QEMU and by kit-test, in one session, and the ratios.
//   npm run bench                       all of it but matrix and warm, which take a quarter of an hour each
//   npm run bench -- --only cells       one part: cells (12), matrix (the default one), exec, images, build, reports, judge, warm
//   npm run bench -- --repeat 5         more rounds; the median is shown
//   npm run bench -- --only judge --size 256,512,1024 --input real     megabytes of each console; inputs by a part of their names
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchBuild } from './build.ts';
import { benchJudge } from './judge.ts';
import { benchReports } from './reports.ts';
import { measure, shellLoop } from './shell-loop.ts';
import { benchWarm } from './warm.ts';

const { values } = parseArgs({ options: { repeat: { type: 'string', default: '3' }, only: { type: 'string' }, size: { type: 'string', default: '32,64,128' }, input: { type: 'string' } } });
const rounds = Number(values.repeat);
const root = fileURLToPath(new URL('..', import.meta.url));
// Another built tree is measured by its path.
const tool = process.env['KIT_TEST_BENCH_TOOL'] ?? join(root, 'dist', 'main.js');
const kitTest = (...args: string[]): [string, string[]] => [process.execPath, [tool, ...args]];

interface PlannedBoot {
  readonly id: string;
  readonly skip?: string;
  readonly qemu?: string;
}

interface Plan {
  readonly concurrency: number;
  readonly cells: readonly PlannedBoot[];
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const say = (text: string): void => console.log(text);

async function planOf(selection: readonly string[]): Promise<Plan> {
  const [file, args] = kitTest('run', '--matrix', ...selection, '--dry-run', '--json');
  return JSON.parse((await measure(file, args, { cwd: root })).stdout) as Plan;
}

async function matrix(title: string, selection: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-bench-'));
  try {
    const run = (): ReturnType<typeof measure> => {
      const [file, args] = kitTest('run', '--matrix', ...selection, '--reporter', 'junit,tap,json', '--output', folder);
      return measure(file, args, { cwd: root });
    };
    // Planning fills every cache and makes the initrds that the shell boots.
    const plan = await planOf(selection);
    const commands = plan.cells.flatMap(({ qemu }) => qemu ?? []);
    const ours: number[] = [];
    const bare: number[] = [];
    let peak = 0;
    for (let round = 0; round < rounds; round += 1) {
      bare.push(await shellLoop(commands, plan.concurrency));
      const { seconds, peakBytes } = await run();
      ours.push(seconds);
      peak = Math.max(peak, peakBytes);
    }
    const serial = commands.length <= 24 ? await shellLoop(commands, 1) : undefined;
    say(`${title}: ${commands.length} boots, ${plan.concurrency} at once, median of ${rounds}`);
    if (serial !== undefined) say(`  shell loop, one at a time     ${serial.toFixed(1)} s`);
    say(`  shell loop, ${plan.concurrency} at once          ${median(bare).toFixed(1)} s`);
    say(`  kit-test run                  ${median(ours).toFixed(1)} s   ratio ${(median(ours) / median(bare)).toFixed(3)}   by round ${ours.map((seconds, round) => (seconds / (bare[round] ?? Number.NaN)).toFixed(3)).join(' ')}`);
    say(`  kit-test, peak memory         ${(peak / 1024 ** 2).toFixed(0)} MB`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function exec(): Promise<void> {
  const selection = ['--kernel', '6.1', '--arch', 'x86_64', '--case', 'boot'];
  const [bareCommand = ''] = (await planOf(selection)).cells.flatMap(({ qemu }) => qemu ?? []);
  const [file, args] = kitTest('exec', '--kernel', '6.1', '--arch', 'x86_64', '--', 'true');
  await measure(file, args, { cwd: root });
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < 2 * rounds + 1; round += 1) {
    bare.push(await shellLoop([bareCommand], 1));
    ours.push((await measure(file, args, { cwd: root })).seconds);
  }
  say(`kit-test exec --kernel 6.1 -- true, median of ${2 * rounds + 1}`);
  say(`  bare QEMU, same kernel        ${median(bare).toFixed(2)} s`);
  say(`  kit-test exec                 ${median(ours).toFixed(2)} s   ${(median(ours) - median(bare)).toFixed(2)} s more`);
}

/** Images of the whole matrix: built anew over kernels and packages that are here, then found in the cache. */
async function images(): Promise<void> {
  const own = process.env['KIT_TEST_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'kit-test');
  const copy = await mkdtemp(join(own, 'bench-'));
  const env = { KIT_TEST_CACHE: copy };
  try {
    // Hard links: the kernels and unpacked packages of the real cache, none of its images.
    execFileSync('sh', ['-c', `mkdir -p "$2/entries" && cp -al "$1/blobs" "$1/host.json" "$2/" && cp -al "$1/entries/kernel" "$1/entries/tar" "$2/entries/"`, 'sh', own, copy]);
    const plan = (): ReturnType<typeof measure> => {
      const [file, args] = kitTest('run', '--matrix', '--dry-run', '--json');
      return measure(file, args, { cwd: root, env });
    };
    const cold = await plan();
    const cached = await plan();
    say('images of the default matrix, process start to end');
    say(`  built anew                    ${cold.seconds.toFixed(2)} s   peak memory ${(cold.peakBytes / 1024 ** 2).toFixed(0)} MB`);
    say(`  from the cache                ${cached.seconds.toFixed(2)} s`);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

say(`Node ${process.versions.node}, ${process.platform} ${process.arch}`);
const parts: Readonly<Record<string, () => Promise<void>>> = {
  cells: () => matrix('12 cells', ['--case', 'boot']),
  exec,
  images,
  build: () => benchBuild({ rounds, kitTest, say }),
  reports: () => benchReports({ rounds, kitTest, say }),
  judge: () => benchJudge({ sizes: values.size.split(',').map(Number), input: values.input, kitTest, say }),
  warm: () => benchWarm({ rounds, root, kitTest, say }),
  matrix: () => matrix('the default matrix', []),
};
for (const part of values.only === undefined ? ['cells', 'exec', 'images', 'build', 'reports', 'judge'] : [values.only]) {
  const work = parts[part];
  if (work === undefined) throw new Error(`there is no part "${part}": ${Object.keys(parts).join(', ')}`);
  await work();
}
