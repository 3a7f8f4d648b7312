// The page of a run in a real browser: from a file system and from a server, by mouse, keyboard and address, on a phone, for axe.
import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GithubSchema } from '../../src/model/github.ts';
import type { CellResult, RunReport } from '../../src/model/report.ts';
import { foldEvents } from '../../src/report/fold.ts';
import { isTrouble, outlookOf } from '../../src/report/summarize.ts';
import { loadReporter } from '../../src/report/create.ts';
import { attempt, at, cellResult, eventsOf, sampleEvents } from '../unit/report/sample.ts';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

const lineCount = 120_000;
const consoleLine = (number: number): string => `[${(number / 1000).toFixed(6).padStart(12)}] \x1b[3${number % 8}mdriver\x1b[0m says <b>${number}</b> & more\r\n`;

function consolesOf({ cells }: RunReport): readonly string[] {
  return [...new Set(cells.flatMap(({ attempts }) => attempts.flatMap(({ console }) => console ?? [])))];
}

async function writePage(folder: string, report: RunReport): Promise<void> {
  const reporter = await loadReporter('html');
  await reporter.create({ folder, root: folder, cwd: folder, stdout: process.stdout, env: {}, github: GithubSchema.parse({}), warn: () => undefined }).onEnd?.(report);
}

/** 60 cases on 10 kernels and 3 architectures; one in a hundred fails. */
function bigRun(): RunReport {
  const places = Array.from({ length: 10 }, (_, kernel) => ['x86_64', 'aarch64', 'arm'].map((arch) => `6.${kernel}/${arch}`)).flat();
  const ids = Array.from({ length: 60 }, (_, index) => places.map((place) => `case-${index}/${place}`)).flat();
  return foldEvents(eventsOf(ids.map((id, index) => cellResult(id, attempt(index % 100 === 99 ? { kind: 'fail', reason: 'no lease' } : { kind: 'pass' }, { startedAt: at(index) })))));
}

describe.skipIf(program === undefined)('the page of a run', () => {
  const report = foldEvents(sampleEvents);
  const failing = report.cells.find(({ verdict }) => verdict.kind === 'fail' && verdict.line !== undefined) as CellResult;
  let folder: string;
  let server: Server;
  let browser: Browser;
  let served: string;
  const asked: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kit-test-page-'));
    const text = Array.from({ length: lineCount }, (_, index) => consoleLine(index + 1)).join('');
    for (const path of consolesOf(report)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    await writePage(folder, report);
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      readFile(join(folder, decodeURIComponent((request.url ?? '').split('?')[0] ?? ''))).then(
        (bytes) => response.writeHead(200, { 'content-type': request.url?.endsWith('.html') === true ? 'text/html' : 'application/octet-stream' }).end(bytes),
        () => response.writeHead(404).end(),
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    served = `http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`;
    browser = await chromium.launch({ executablePath: program ?? '', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'] });
  });
  afterAll(async () => {
    await browser.close();
    server.close();
    await rm(folder, { recursive: true });
  });

  const fromFiles = (): string => pathToFileURL(join(folder, 'index.html')).href;

  interface Visit {
    readonly page: Page;
    readonly requests: readonly string[];
    readonly defects: readonly string[];
  }

  async function visit(url: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Visit & AsyncDisposable> {
    const page = await browser.newPage(options);
    const requests: string[] = [];
    const defects: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => defects.push(error.message));
    page.on('console', (message) => { if (message.type() === 'error') defects.push(message.text()); });
    await page.goto(url);
    await page.waitForSelector('h1', { state: 'attached' });
    return { page, requests, defects, [Symbol.asyncDispose]: () => page.close() };
  }

  const textOf = (page: Page, selector: string): Promise<string> => page.locator(selector).first().innerText();

  it('shows every cell once, and asks nobody for anything', async () => {
    await using visited = await visit(fromFiles());
    const { page, requests, defects } = visited;
    const addresses = await page.evaluate<string[]>(`Array.from(document.querySelectorAll('.grid a.cell'), (link) => link.getAttribute('href'))`);
    expect(addresses.map((address) => new URLSearchParams(address.slice(1)).get('cell')).sort()).toEqual(report.cells.map(({ id }) => id).sort());
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([fromFiles()]);
    expect(defects).toEqual([]);
  });

  it('tells how long a result took, where that is known', async () => {
    await using visited = await visit(`${fromFiles()}#cell=${failing.id}`);
    const names = await visited.page.locator('.results .results .result').allInnerTexts();
    expect(names.map((name) => name.replace(/\s+/g, ' ')).slice(0, 2)).toEqual([expect.stringMatching(/mount 1\.2s$/), expect.stringMatching(/user unshare: Operation not permitted$/)]);
  });

  it('shows what a guest printed and does not obey it', async () => {
    await using visited = await visit(`${fromFiles()}#cell=${failing.id}`);
    const { page, defects } = visited;
    await page.waitForSelector('.row .text');
    expect(await page.locator('.row .text b').count()).toBe(0);
    expect(await textOf(page, '.row.marked .text')).toMatch(/driver says <b>\d+<\/b> & more/);
    expect(defects).toEqual([]);
  });

  it.each([['a file system', fromFiles], ['a server', () => served]])('opens at a line of a console, from %s', async (_, url) => {
    await using visited = await visit(`${url()}#cell=${failing.id}&line=98765`);
    await visited.page.waitForSelector('.row.target');
    expect(await textOf(visited.page, '.row.target')).toContain('98765');
    expect(await textOf(visited.page, '.row.target .text')).toBe(consoleLine(98_765).replace(/\x1b\[\d+m/g, '').trimEnd());
    expect(await visited.page.locator('.row').count()).toBeLessThan(400);
    const box = await visited.page.locator('.row.target').boundingBox();
    const view = await visited.page.locator('.lines').boundingBox();
    expect(box !== null && view !== null && box.y >= view.y && box.y + box.height <= view.y + view.height).toBe(true);
  });

  it('gives each console line an address that leads back to it', async () => {
    await using visited = await visit(`${served}#cell=${failing.id}`);
    const number = visited.page.locator('.row.marked .number').first();
    const line = await number.innerText();
    await number.click();
    expect(new URL(visited.page.url()).hash).toContain(`line=${line}`);
  });

  it('finds text in a console that the browser itself cannot see', async () => {
    await using visited = await visit(`${served}#cell=${failing.id}`);
    await visited.page.waitForSelector('.find');
    await visited.page.fill('.find input', 'says <b>77777<');
    await visited.page.keyboard.press('Enter');
    await visited.page.waitForSelector('.row.target');
    expect(await textOf(visited.page, '.row.target .number')).toBe('77777');
  });

  it('tells what earlier runs say of a cell, and of the run', async () => {
    const [lasting, fixed] = ['since', 'fixed'].map((state) => report.cells.find(({ history }) => history?.state === state) as CellResult);
    await using visited = await visit(`${fromFiles()}#cell=${lasting?.id}`);
    const { page, defects } = visited;
    expect(await textOf(page, '.cell-view .history')).toMatch(/^fails since run 20261118T093000000-1b2c \(3 runs\)\s*✓\s*✓\s*✓\s*✗\s*✗\s*✗$/);
    expect(await page.locator('.cell-view .ends').getAttribute('aria-label')).toBe('the last 6 runs, the oldest first: pass, pass, pass, fail, fail, fail');
    expect(await page.locator('.cell-view .ends .mark').nth(3).getAttribute('title')).toBe('fail in run 20261119T093000000-1b2c');
    expect(await page.locator(`.grid a[href*="cell=${fixed?.id}"]`).getAttribute('aria-label')).toContain('fixed: failed since run 20261118T093000000-1b2c (3 runs)');
    expect(await textOf(page, '.summary')).toContain('Against earlier runs: 1 new failure, 3 fail as before, 1 fixed, 2 flaky');
    expect(await page.locator('.groups').first().innerText()).toContain('new failure: 1 of 2 cells');
    expect(defects).toEqual([]);
  });

  it('lists the rounds of a cell that left something, opens at the one that decides, and says how often it failed', async () => {
    await using visited = await visit(`${served}#cell=wavers/6.1/x86_64`);
    const { page, defects } = visited;
    expect(await textOf(page, '.cell-view .rounds')).toBe('failed 2 of 8 rounds, error in 1, first in round 2; 1.0s to 1.1s, median 1.0s');
    expect(await page.locator('.attempts .chip').allInnerTexts()).toEqual(['✓ round 1', '✗ round 2', '? round 5', '✗ round 6', '✓ round 8']);
    expect(await textOf(page, '.attempts .chip[aria-pressed=true]')).toBe('✗ round 2');
    expect(await textOf(page, '.attempts .more')).toBe('and 3 that left only their verdict');
    await page.click('.attempts .chip:has-text("round 6")');
    expect(await textOf(page, '.cell-view .verdict')).toBe('fail 1 result failed: run (exit=7)');
    await page.waitForSelector('.row .text');
    await page.goto(`${served}#cell=wavers/6.1/x86_64&attempt=3`);
    await page.waitForSelector('.attempts .chip[aria-pressed=true]:has-text("round 3")');
    expect(await textOf(page, '.cell-view')).toContain('Of this round only the verdict was kept');
    expect(defects).toEqual([]);
  });

  it('says so where a console is gone', async () => {
    await using visited = await visit(served);
    const { page } = visited;
    await page.route('**/console*.log', (route) => route.fulfill({ status: 404 }));
    await page.goto(`${served}#cell=${failing.id}`);
    expect(await textOf(page, '.cell-view .notice')).toContain('404');
  });

  it('is searched by typing, and by the words of the tally', async () => {
    await using visited = await visit(fromFiles());
    const { page } = visited;
    await page.keyboard.press('/');
    await page.keyboard.type(failing.id.replaceAll('/', ' '));
    await page.waitForFunction(`document.querySelector('.found').textContent.startsWith('1 of')`);
    expect(new URL(page.url()).hash).toContain('q=');
    await page.keyboard.press('Escape');
    await page.waitForFunction(`document.querySelector('.found').textContent === ''`);
    await page.click('.tally .chip.fail');
    await page.waitForFunction(`document.querySelectorAll('.grid a.cell:not(.off)').length === ${report.cells.filter((cell) => outlookOf(cell) === 'fail').length}`);
  });

  it('is walked through with the keyboard alone', async () => {
    await using visited = await visit(fromFiles());
    const { page } = visited;
    const opened = async (): Promise<string> => (await textOf(page, '#cell-title')).replace(/^\S+\s/, '');
    const troubled = report.cells.filter((cell) => cell.flaky || isTrouble(cell)).map(({ id }) => id);
    await page.keyboard.press('n');
    await expect.poll(opened).toBe(troubled[0]);
    await page.keyboard.press('n');
    await expect.poll(opened).toBe(troubled[1]);
    await page.keyboard.press('p');
    await page.keyboard.press('p');
    await expect.poll(opened).toBe(troubled.at(-1));
    await page.keyboard.press('Escape');
    expect(await page.locator('.cell-view').count()).toBe(0);
    await page.locator('.grid a.cell[tabindex="0"]').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    expect(await opened()).not.toBe('');
    await page.goBack();
    expect(await page.locator('.cell-view').count()).toBe(0);
  });

  it('shows in its timeline where the time went, in all and for each guest', async () => {
    await using visited = await visit(fromFiles());
    const { page } = visited;
    const legend = await page.locator('.phases li').allInnerTexts();
    expect(legend.map((item) => item.trim().replace(/ \d.*/, ''))).toEqual(['start', 'boot', 'test', 'end', 'outside of guests:', 'kernel', 'image', 'wait', 'report']);
    expect(legend.slice(0, 4)).toEqual(Array(4).fill(expect.stringMatching(/^\s*\w+ [\d.ms ]+ \(\d+%\)$/)));
    expect(await page.locator('.timeline').getAttribute('aria-label')).toMatch(/^12 boots on \d slots in [^:]+, and 1 template in 1\.9s: start .*, boot .*, test .*, end /);
    expect(await page.locator('.timeline .template-bar title').allTextContents()).toEqual(['template 6.1/aarch64: 1.9s']);
    const bar = page.locator('.timeline .bar').first();
    expect(await bar.locator('title').textContent()).toBe('wavers/6.1/x86_64, round 1: pass, 1.0s: kernel 40ms, image 80ms, wait 1.5s, start 95ms, boot 500ms, test 355ms, end 50ms, report 12ms');
    // What is drawn is drawn where it belongs: the kernel's boot ends where the test begins.
    const [whole, start, boot, end] = await Promise.all(['.whole', '.start', '.boot', '.end'].map(async (part) => (await bar.locator(part).boundingBox()) ?? { x: Number.NaN, width: Number.NaN }));
    const at = (ms: number): number => (whole?.x ?? 0) + ((whole?.width ?? 0) * ms) / 1000;
    for (const [box, ms] of [[start, 0], [boot, 95], [end, 950]] as const) expect(Math.abs((box?.x ?? Number.NaN) - at(ms))).toBeLessThan(1);
    expect(Math.abs((boot?.x ?? 0) + (boot?.width ?? Number.NaN) - at(595))).toBeLessThan(1);
  });

  it('tells of a cell where its time went', async () => {
    await using visited = await visit(`${fromFiles()}#cell=${failing.id}`);
    expect((await textOf(visited.page, '.cell-view .facts')).replace(/\s+/g, ' ')).toContain('time went to kernel 40ms, image 80ms, wait 1.5s, start 95ms, boot 1.7s, test 380ms, end 50ms, report 12ms');
  });

  it.each([
    ['light', { colorScheme: 'light' }, ''],
    ['dark', { colorScheme: 'dark' }, ''],
    ['light, with a cell', { colorScheme: 'light' }, `#cell=${failing.id}`],
    ['dark, with a cell', { colorScheme: 'dark' }, `#cell=${failing.id}`],
    ['light, with rounds', { colorScheme: 'light' }, '#cell=wavers/6.1/x86_64'],
    ['dark, with rounds', { colorScheme: 'dark' }, '#cell=wavers/6.1/x86_64'],
    ['on a phone', { viewport: { width: 390, height: 844 } }, `#cell=${failing.id}`],
  ] as const)('leaves axe nothing to find: %s', async (_, options, hash) => {
    await using visited = await visit(`${served}${hash}`, options);
    if (hash !== '') await visited.page.waitForSelector('.row .text');
    await visited.page.addScriptTag({ content: axe.source });
    const violations = await visited.page.evaluate(async () => {
      const { axe: inPage } = globalThis as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
      return (await inPage.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 120)).join(' | ')}`);
    });
    expect(violations).toEqual([]);
  });

  it.each(['', `#cell=${failing.id}`])('is not wider than a phone: %s', async (hash) => {
    await using visited = await visit(`${fromFiles()}${hash}`, { viewport: { width: 360, height: 780 } });
    if (hash !== '') await visited.page.waitForSelector('.row .text');
    expect(await visited.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
  });

  describe('of a big run', () => {
    const big = bigRun();
    const count = (page: Page, selector: string): Promise<number> => page.locator(selector).count();
    let url: string;
    beforeAll(async () => {
      const [opened = ''] = consolesOf({ ...big, cells: big.cells.filter(isTrouble) });
      await mkdir(join(folder, 'big', dirname(opened)), { recursive: true });
      await writeFile(join(folder, 'big', opened), consoleLine(1));
      await writePage(join(folder, 'big'), big);
      url = pathToFileURL(join(folder, 'big', 'index.html')).href;
    });

    it('draws the rows first that a reader sees first, and in the end all that there is', async () => {
      await using visited = await visit(url);
      const { page, defects } = visited;
      await page.keyboard.press('n');
      await page.waitForSelector('#cell-title:has-text("case-3/6.3/x86_64")');
      await page.keyboard.press('Escape');
      await expect.poll(() => count(page, '.grid a.cell'), { timeout: 20_000 }).toBe(big.cells.length);
      expect((await page.locator('.grid tbody th').allInnerTexts()).slice(-1)).toEqual(['case-59']);
      expect(await textOf(page, '.groups .reason')).toContain('no lease');
      expect(defects).toEqual([]);
    });

    it('draws the bars of its timeline once somebody looks', async () => {
      await using visited = await visit(url);
      const { page } = visited;
      await page.waitForSelector('.timeline', { state: 'attached', timeout: 20_000 });
      expect(await count(page, '.timeline .bar')).toBeLessThan(big.cells.length);
      await page.locator('.timeline').scrollIntoViewIfNeeded();
      await expect.poll(() => count(page, '.timeline .bar'), { timeout: 20_000 }).toBe(big.cells.length);
    });

    it('is printed whole, however soon', async () => {
      await using visited = await visit(url);
      const { page } = visited;
      await page.waitForSelector('.grid a.cell');
      const printed = await page.evaluate<string[]>(`new Promise((resolve) => {
        addEventListener('beforeprint', () => resolve(['.grid a.cell', '.timeline .bar'].map((each) => String(document.querySelectorAll(each).length))));
        dispatchEvent(new Event('beforeprint'));
      })`);
      expect(printed.map(Number)).toEqual([big.cells.length, big.cells.length]);
      expect((await page.pdf()).length).toBeGreaterThan(0);
    });
  });

  it('stands without network in one file', async () => {
    const page = await readFile(join(folder, 'index.html'), 'utf8');
    expect(page.match(/\b(?:src|href)="(?!data:)[^"]*"/g)).toBeNull();
    execFileSync('test', ['-s', join(folder, `${failing.attempts[0].console ?? ''}.js`)]);
  });
});
