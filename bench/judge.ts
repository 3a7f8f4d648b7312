// How fast the judge reads consoles, and that its memory and the time for a megabyte stay the same however long they are:
// `kit-test parse` with every detector on reads real logs and hostile lines from a pipe, beside node:readline on the same bytes.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chunksOf, consoleInputs, type ConsoleInput } from './judge-inputs.ts';
import { measure, type Measured } from './shell-loop.ts';

const megabyte = 1e6;
const mebibyte = 1024 ** 2;

export interface JudgeBench {
  /** Megabytes of each console, the smallest first. */
  readonly sizes: readonly number[];
  /** Only the inputs with this in their names. */
  readonly input: string | undefined;
  readonly kitTest: (...args: string[]) => [string, string[]];
  readonly say: (text: string) => void;
}

/** What each line is looked at for, besides failures of the kernel: results of every kind, what must come and what must not. */
const expectations = {
  detectors: '{ protocol: ktap, pass: [never printed, "/^never +printed/"], fail: [SEGFAULT AT, "/Assertion .* failed/"], exit: 0 }, { protocol: ltp }, { protocol: gotest }, { protocol: pytest }',
  dialog: '{ dialog: [{ wait: "/(?:never|not) printed: $/" }] }',
};

const cases: Readonly<Record<string, string>> = { all: `[${expectations.detectors}]`, dialog: `[${expectations.detectors}, ${expectations.dialog}]` };

const readLines = "let lines = 0; require('node:readline').createInterface({ input: process.stdin }).on('line', () => { lines += 1; }).on('close', () => console.log(lines));";

/** Measures and says a table, a line for each input. */
export async function benchJudge({ sizes, input: wanted = '', kitTest, say }: JudgeBench): Promise<void> {
  const names = Object.keys(consoleInputs).filter((name) => name.includes(wanted));
  const [smallest = 64] = sizes;
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-bench-judge-'));
  try {
    await writeProject(folder);
    const run = (input: ConsoleInput, size: number, file: string, args: readonly string[], quiet = false): Promise<Measured> =>
      measure(file, args, { cwd: folder, input: chunksOf(input, size * megabyte), exitStatuses: [0, 1], quiet });
    const judge = (input: ConsoleInput, size: number, name: string): Promise<Measured> => {
      const [file, args] = kitTest('parse', '--format', 'ndjson', '--case', name, '-');
      // It says that a console shows no deadlines of a dialog.
      return run(input, size, file, args, name === 'dialog');
    };
    say(`the judge on one console of ${sizes.join(', ')} MB from a pipe, process start to end, in MB/s; in brackets its share of node:readline's`);
    for (const name of names) {
      const input = consoleInputs[name]?.() ?? { body: Buffer.alloc(0) };
      const speed = (size: number, { seconds }: Measured): number => size / seconds;
      // Each beside the baseline it is compared with: the machine is not the same in every minute.
      const bare: number[] = [];
      const measureBare = async (): Promise<void> => void bare.push(speed(smallest, await run(input, smallest, process.execPath, ['-e', readLines])));
      await measureBare();
      const withDialog = await judge(input, smallest, 'dialog');
      const all: Measured[] = [];
      for (const size of sizes) all.push(await judge(input, size, 'all'));
      await measureBare();
      const baseline = bare.reduce((sum, one) => sum + one, 0) / bare.length;
      const speeds = sizes.map((size, index) => speed(size, all[index] ?? withDialog));
      const shown = (one: number): string => `${one.toFixed(0).padStart(4)} (${(one / baseline).toFixed(2)})`;
      const times = all.map(({ seconds }) => seconds.toFixed(1)).join(' ');
      const memory = [...all, withDialog].map(({ peakBytes }) => (peakBytes / mebibyte).toFixed(0)).join(' ');
      say(`  ${name.padEnd(28)}${speeds.map(shown).join('  ')}   with a dialog ${shown(speed(smallest, withDialog))}   readline ${baseline.toFixed(0)}   seconds ${times}   peak ${memory} MiB`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeProject(folder: string): Promise<void> {
  const files: Record<string, string> = {
    'harness.config.ts': "export default { matrix: { kernels: ['any'], arch: ['x86_64'] } };\n",
    'kernels/any.yaml': 'release: "6.1"\nsource: { type: file, path: vmlinuz }\n',
    ...Object.fromEntries(Object.entries(cases).map(([name, expect]) => [`cases/${name}/case.yaml`, `summary: ${name}\nrun: { command: ["true"] }\nexpect: ${expect}\n`])),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}
