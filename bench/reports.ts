// Reports of a big run: 5 000 cells with 20 nested results each, written by the built command, then its page opened in Chromium.
import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';
import type { TestResult } from '../src/model/console.ts';
import type { CellResult } from '../src/model/report.ts';
import { writeConsoleScript } from '../src/report/page/console-script.ts';
import { at, attempt, cellResult, eventsOf, result } from '../test/unit/report/sample.ts';
import { measure } from './shell-loop.ts';

const archs = ['x86_64', 'aarch64', 'arm'];
const kernels = Array.from({ length: 10 }, (_, index) => `6.${index}`);
const caseCount = 167;
/** Guests that take 2.3 s: two are running at any time. */
const secondsApart = 1.15;
const megabyte = 1024 ** 2;

interface ReportsBench {
  readonly rounds: number;
  readonly kitTest: (...args: string[]) => [string, string[]];
  readonly say: (text: string) => void;
}

/** Writes every report of the run, and opens its page, in each round. */
export async function benchReports({ rounds, kitTest, say }: ReportsBench): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kit-test-bench-'));
  try {
    const cells = bigRun();
    await writeFile(join(folder, 'events.ndjson'), eventsOf(cells).map((event) => `${JSON.stringify(event)}\n`).join(''));
    await writeConsoles(folder, cells);
    const measured: Awaited<ReturnType<typeof measure>>[] = [];
    for (let round = 0; round < rounds; round += 1) {
      // From this the run would be read, and not from its events.
      await rm(join(folder, 'report.json'), { force: true });
      measured.push(await measure(...kitTest('report', 'render', folder)));
    }
    say(`reports of 5 010 cells with 20 results each, process start to end: ${measured.map(({ seconds }) => `${seconds.toFixed(2)} s`).join(', ')}, peak memory ${(Math.max(...measured.map(({ peakBytes }) => peakBytes)) / megabyte).toFixed(0)} MB`);
    const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
    say(program === undefined ? '  no Chromium here: the page was not opened' : `  its page in Chromium, until a key is answered: ${(await openings(folder, program, rounds)).map((ms) => `${(ms / 1000).toFixed(2)} s`).join(', ')}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function bigRun(): readonly CellResult[] {
  const places = kernels.flatMap((kernel) => archs.map((arch) => `${kernel}/${arch}`));
  const cells = Array.from({ length: caseCount }, (_, index) => `case-${index}`).flatMap((name) => places.map((place) => `${name}/${place}`));
  return cells.map((id, index) => {
    const failed = index % 50 === 0;
    const verdict = failed ? ({ kind: 'fail', reason: `1 result failed: suite ${index % 7} > check 3`, line: 10 } as const) : ({ kind: 'pass' } as const);
    return cellResult(id, attempt(verdict, { results: suites(failed), startedAt: at(index * secondsApart) }));
  });
}

/** As the run leaves them: every console with its script beside it. */
async function writeConsoles(folder: string, cells: readonly CellResult[]): Promise<void> {
  const text = Array.from({ length: 250 }, (_, index) => `[${(index / 100).toFixed(6).padStart(12)}] line ${index + 1}\r\n`).join('');
  for (const { attempts: [{ console = '' }] } of cells) {
    await mkdir(join(folder, dirname(console)), { recursive: true });
    await writeFile(join(folder, console), text);
    await writeConsoleScript(folder, console);
  }
}

/** 4 suites with 4 results below each. */
function suites(failed: boolean): readonly TestResult[] {
  return Array.from({ length: 4 }, (_, suite) => {
    const status = failed && suite === 3 ? 'fail' : 'pass';
    return result(`suite ${suite}`, status, { children: Array.from({ length: 4 }, (_, check) => result(`check ${check}`, check === 3 ? status : 'pass')) });
  });
}

async function openings(folder: string, program: string, rounds: number): Promise<readonly number[]> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    createReadStream(join(folder, decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname))).once('error', () => response.writeHead(404).end()).pipe(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'] });
  try {
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const page = await browser.newPage();
      const started = performance.now();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`);
      await page.waitForSelector('.grid a.cell');
      await page.keyboard.press('n');
      await page.waitForSelector('#cell-title');
      times.push(performance.now() - started);
      await page.close();
    }
    return times;
  } finally {
    await browser.close();
    server.close();
  }
}
