// What `kit-test build` has to reach: a 150 MB image against `cat layers | gunzip | gzip -1` in the same minute, the memory
// it takes whatever the size, and how long one edited file of a `dir:` source takes.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeBigImage, warm } from './big-image.ts';
import { measure, type Measured } from './shell-loop.ts';

const MiB = 1024 ** 2;
/** Longer than a file's stamp may be young. */
const settleMs = 250;

export interface BuildBench {
  readonly rounds: number;
  readonly kitTest: (...args: string[]) => [string, string[]];
  readonly say: (text: string) => void;
}

/** Measures and says all three figures. */
export async function benchBuild({ rounds: atLeast, kitTest, say }: BuildBench): Promise<void> {
  const rounds = Math.max(5, atLeast);
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-bench-build-'));
  try {
    const layers = await writeBigImage(join(folder, 'layout'), 150 * MiB);
    await mkdir(join(folder, 'app'));
    await writeFile(join(folder, 'app/file'), 'first');
    await writeFile(join(folder, 'big.yml'), 'init: ["oci:layout"]\nonboot:\n  - {name: app, image: "dir:app", command: [/file]}\n');
    const cache = join(folder, 'cache');
    const build = (): Promise<Measured> => {
      const [file, args] = kitTest('build', 'big.yml', '--arch', 'x86_64', '--dir', 'out');
      return measure(file, args, { cwd: folder, env: { KIT_TEST_CACHE: cache }, quiet: true });
    };
    const pipe = join(folder, 'pipe.gz');
    const bare: number[] = [];
    const ours: Measured[] = [];
    // Its own cache folder, compiled configuration and the like are there; of the image there are the layers and nothing else.
    await build();
    const sides = [
      async () => void bare.push((await measure('sh', ['-c', `cat ${layers.join(' ')} | gunzip | gzip -1 >${pipe}`])).seconds),
      async () => void ours.push(await build()),
    ];
    for (let round = 0; round < rounds; round += 1) {
      // Each comes first as often as the other, and finds the machine as the other does: what the last one wrote is gone.
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        for (const path of [join(cache, 'entries'), join(folder, 'out'), pipe]) await rm(path, { recursive: true, force: true });
        await warm(layers);
        await side();
      }
    }
    say(`a 150 MB image to kernel+initrd, median of ${rounds}, load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors`);
    const ratios = ours.map(({ seconds }, round) => seconds / (bare[round] ?? Number.NaN));
    say(`  cat layers | gunzip | gzip -1 ${median(bare).toFixed(2)} s`);
    say(`  kit-test build                ${median(ours.map(({ seconds }) => seconds)).toFixed(2)} s   ratio ${median(ratios).toFixed(2)} (1.5 at most)   by round ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`);
    say(`  peak memory                   ${(Math.max(...ours.map(({ peakBytes }) => peakBytes)) / MiB).toFixed(0)} MB (300 at most)`);
    await linuxkit(folder, say);

    const unchanged: number[] = [];
    const edited: number[] = [];
    const fresh: number[] = [];
    for (let round = 0; round < 2 * rounds + 1; round += 1) {
      unchanged.push((await build()).seconds);
      const before = new Set(await readdir(join(cache, 'entries/segment')));
      await sleep(settleMs);
      await writeFile(join(folder, 'app/file'), `edit ${round}`);
      await sleep(settleMs);
      edited.push((await build()).seconds);
      fresh.push((await readdir(join(cache, 'entries/segment'))).filter((key) => !before.has(key)).length);
    }
    say('the same image again, process start to end');
    say(`  nothing changed               ${median(unchanged).toFixed(2)} s`);
    say(`  one file of a dir: source     ${median(edited).toFixed(2)} s (0.30 at most), best ${Math.min(...edited).toFixed(2)} s   segments written: ${[...new Set(fresh)].join(', ')}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A program that is not here is no baseline. */
async function linuxkit(folder: string, say: (text: string) => void): Promise<void> {
  try {
    execFileSync('linuxkit', ['version'], { stdio: 'ignore' });
  } catch {
    say('  linuxkit build                not installed');
    return;
  }
  await writeFile(join(folder, 'linuxkit.yml'), 'init: ["big"]\n');
  const { seconds } = await measure('linuxkit', ['build', '--no-sbom', '--cache', 'layout', '--dir', folder, '--format', 'kernel+initrd', 'linuxkit.yml'], { cwd: folder });
  say(`  linuxkit build                ${seconds.toFixed(2)} s`);
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
