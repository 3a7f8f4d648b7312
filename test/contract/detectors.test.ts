// Every detector over every corpus: what must be found is found by its name, and nothing where there is nothing.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createWatch } from '../../src/console/watch.ts';
import type { ParsedConsole } from '../../src/model/parsed.ts';
import { parseConsole } from '../../src/run/parse.ts';

interface ExpectedCrash { readonly title: string | null; readonly alt: readonly string[]; readonly type: string | null; readonly panicked: boolean; readonly corrupted?: boolean }
interface ExpectedKtap { readonly status: string; readonly counts?: Readonly<Record<string, number>> }

const own = new URL('../corpus/', import.meta.url);
// A larger collection beside the checkout, where there is one.
const shared = new URL('../../../shared/corpus/', import.meta.url);
const folders = (name: string): readonly URL[] => [own, shared].map((root) => new URL(`${name}/`, root)).filter((folder) => existsSync(folder));
const expectedIn = <T>(folder: URL): Readonly<Record<string, T>> => JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Record<string, T>;

function firstCrash(folder: URL, name: string): ExpectedCrash | undefined {
  const watch = createWatch([]);
  watch.push(readFileSync(new URL(`${name}.log`, folder)));
  const crash = watch.end().findings.find((finding) => finding.kind === 'crash');
  return crash === undefined ? undefined : { title: crash.title, alt: [], type: crash.type === 'UNKNOWN' ? null : crash.type, panicked: crash.panicked, corrupted: crash.corrupted === true };
}

describe('kernel logs', () => {
  it.each(Object.entries(expectedIn<ExpectedCrash>(new URL('kernel-logs/', own))))('%s is read right', (name, expected) => {
    const crash = firstCrash(new URL('kernel-logs/', own), name);
    if (expected.title === null) expect(crash).toBeUndefined();
    else expect({ ...crash, alt: expected.alt, title: expected.alt.includes(crash?.title ?? '') ? expected.title : crash?.title }).toEqual(expected);
  });

  it.each(folders('kernel-logs').slice(1))('of a larger collection are found, typed and named', (larger) => {
    const all = Object.entries(expectedIn<ExpectedCrash>(larger)).map(([name, expected]) => ({ name, expected, crash: firstCrash(larger, name) }));
    expect(all.filter(({ expected, crash }) => (expected.title ?? '') === '' && crash !== undefined)).toEqual([]);
    const positive = all.filter(({ expected }) => (expected.title ?? '') !== '');
    const share = (good: (one: typeof positive[number]) => boolean): number => positive.filter(good).length / positive.length;
    expect(share(({ crash }) => crash !== undefined)).toBeGreaterThanOrEqual(0.99);
    expect(share(({ expected, crash }) => crash?.type === expected.type)).toBeGreaterThanOrEqual(0.98);
    expect(share(({ expected, crash }) => crash !== undefined && [expected.title, ...expected.alt].includes(crash.title))).toBeGreaterThanOrEqual(0.97);
    expect(share(({ expected, crash }) => crash?.corrupted === expected.corrupted)).toBeGreaterThanOrEqual(0.97);
    expect(share(({ expected, crash }) => crash?.panicked === expected.panicked)).toBeGreaterThanOrEqual(0.98);
  });
});

describe('KTAP logs', () => {
  const parsed = async (folder: URL, name: string): Promise<ParsedConsole> =>
    (await parseConsole({ name, path: fileURLToPath(new URL(name, folder)), bytes: undefined }, {})).parsed;

  describe.each(folders('ktap').map((folder) => ({ folder })))('of $folder.pathname', ({ folder }) => {
    const expected = expectedIn<ExpectedKtap>(folder);

    it.each(Object.entries(expected))('%s has the status and the counts that kit-test parse prints', async (name, { status, counts }) => {
      const { results } = await parsed(folder, `${name}.log`);
      expect(results).toMatchObject({ status, ...counts });
    });

    it('are all expected to say something', () => {
      expect(readdirSync(folder).filter((name) => name.endsWith('.log')).sort()).toEqual(Object.keys(expected).map((name) => `${name}.log`).sort());
    });
  });

  it.each(folders('ktap').flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith('.log')).map((name) => [name, folder] as const)))('%s is judged by its results, and by the kernel', async (name, folder) => {
    const { results, verdict } = await parsed(folder, name);
    const verdicts: Readonly<Record<string, string>> = { pass: 'pass', skip: 'skip', fail: 'fail', crash: 'fail', 'no-tests': 'fail', 'parse-error': 'fail' };
    // A panic amid the results; an early WARNING before good ones; a whole boot of user-mode Linux up to its panic.
    const crashes = ['test_kernel_panic_interrupt', 'test_output_isolated_correctly', 'test_is_test_passed-no_tests_run_no_header'];
    expect(verdict).toBe(crashes.includes(name.replace(/\.log$/, '')) ? 'crash' : verdicts[results.status]);
  });
});
