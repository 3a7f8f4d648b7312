import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldEvents } from '../../../../src/report/fold.ts';
import { consoleTails } from '../../../../src/report/github/console-tails.ts';
import { sampleEvents } from '../sample.ts';

const report = foldEvents(sampleEvents);
const failing = report.cells.find(({ verdict, known, id }) => verdict.kind === 'crash' && known === undefined && id === 'filesystems/6.1/x86_64');
const path = failing?.attempts.at(-1)?.console ?? '';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-test-tails-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function tailOf(console: string) {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), console);
  return consoleTails(report, folder);
}

describe('the ends of consoles', () => {
  it('are of those that were kept, by the name of their cell', async () => {
    expect(await tailOf('one\ntwo\n')).toEqual([{ title: 'end of the console of filesystems/6.1/x86_64', lines: ['one', 'two'] }]);
  });

  it('hold no more than the last 200 lines', async () => {
    const [tail] = await tailOf(Array.from({ length: 1000 }, (_, index) => `line ${index}\r\n`).join(''));
    expect([tail?.lines.length, tail?.lines[0], tail?.lines.at(-1)]).toEqual([200, 'line 800', 'line 999']);
  });

  it('begin with a whole line, however long the lines are', async () => {
    const [tail] = await tailOf(`${'x'.repeat(3_000_000)}\nlast é\n`);
    expect(tail?.lines).toEqual(['last é']);
  });

  it('hold nothing that a runner would obey', async () => {
    const [tail] = await tailOf('::error::no\n  ::add-mask::e\n##[group]x\n\x1b[31mred\x1b[0m\n');
    expect(tail?.lines).toEqual(['\\x3a:error::no', '  \\x3a:add-mask::e', '#\\x23[group]x', 'red']);
  });
});
