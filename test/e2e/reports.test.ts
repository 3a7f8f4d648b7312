// Reports as other people's tools read them: `prove` for TAP, `xmllint` with the published schemas for JUnit.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CellResult } from '../../src/model/report.ts';
import { foldEvents } from '../../src/report/fold.ts';
import junit from '../../src/report/reporters/junit.ts';
import { renderTap } from '../../src/report/tap-document.ts';
import { cellArbitrary } from '../unit/report/arbitrary.ts';
import { attempt, cellResult, eventsOf, sampleCells } from '../unit/report/sample.ts';

const schemas = fileURLToPath(new URL('../../../shared/corpus/schemas/', import.meta.url));
const random = fc.sample(fc.array(cellArbitrary, { maxLength: 6 }), { numRuns: 60, seed: 20261121 });
const runs: readonly (readonly CellResult[])[] = [[], sampleCells, ...random.map((cells) => [...new Map(cells.map((cell) => [cell.id, cell])).values()])];
const passing = ['boot/6.1/arm', 'boot/6.12/arm'].map((id) => cellResult(id, attempt({ kind: 'pass' })));

const missing = (program: string): boolean => spawnSync(program, ['--version']).error !== undefined;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-test-reports-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function filesOf(name: string, texts: readonly string[]): Promise<readonly string[]> {
  return Promise.all(
    texts.map(async (text, index) => {
      const file = join(folder, `${index}-${name}`);
      await writeFile(file, text);
      return file;
    }),
  );
}

describe('results.tap read by prove', () => {
  async function prove(tap: string): Promise<{ readonly status: number | null; readonly output: string }> {
    const file = join(folder, 'results.tap');
    await writeFile(file, tap);
    const { status, stdout, stderr } = spawnSync('prove', ['--exec', 'cat', file], { encoding: 'utf8' });
    return { status, output: stdout + stderr };
  }

  // An older prove refuses any document that says 14; for it the document is the same but for that line.
  async function proveRun(cells: readonly CellResult[]): ReturnType<typeof prove> {
    const knows14 = !(await prove('TAP version 14\n1..1\nok 1\n')).output.includes("don't know about versions");
    return prove(renderTap(foldEvents(eventsOf(cells)), knows14 ? 14 : 13));
  }

  it('says that all passed', async ({ skip }) => {
    skip(missing('prove'), 'prove is not installed');
    expect(await proveRun(passing)).toMatchObject({ status: 0, output: expect.stringContaining('Tests=2') as string });
  });

  it('counts the cells that did not pass, and finds no mistake in what a guest printed', async ({ skip }) => {
    skip(missing('prove'), 'prove is not installed');
    for (const cells of runs.slice(0, 12).filter(({ length }) => length > 0)) {
      const { status, output } = await proveRun(cells);
      const failed = cells.filter(({ verdict, known }) => verdict.kind !== 'pass' && verdict.kind !== 'skip' && known === undefined).length;
      expect(output).not.toContain('Parse errors');
      expect(output).toContain(failed === 0 ? `Tests=${cells.length},` : `Tests: ${cells.length} Failed: ${failed})`);
      expect(status === 0).toBe(failed === 0);
    }
  });
});

describe('junit.xml read by xmllint', () => {
  function validate(schema: string, files: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync('xmllint', ['--noout', '--schema', join(schemas, schema), ...files], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    return status === 0 ? 'valid' : (stdout + stderr).split('\n').filter((line) => !line.endsWith(' validates')).slice(0, 10).join('\n');
  }

  it.for([
    ["Jenkins' schema", 'junit-10.xsd', (xml: string): readonly string[] => [xml]],
    // Surefire writes one file for each suite and has no element around them.
    ["Surefire's schema, suite by suite", 'surefire-test-report.xsd', (xml: string): readonly string[] => xml.match(/<testsuite [^]*?<\/testsuite>/g) ?? []],
  ] as const)('is valid by %s, whatever a guest printed', async ([, schema, documentsOf], { skip }) => {
    skip(missing('xmllint'), 'xmllint is not installed');
    skip(!existsSync(schemas), `there are no schemas in ${schemas}`);
    const documents = (await Promise.all(runs.map((cells) => junit.render(foldEvents(eventsOf(cells)))))).flatMap(documentsOf);
    expect(documents.length).toBeGreaterThanOrEqual(runs.length);
    expect(validate(schema, await filesOf(schema.replace('xsd', 'xml'), documents))).toBe('valid');
  });
});
