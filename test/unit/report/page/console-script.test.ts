import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needsConsoleScript, writeConsoleScript } from '../../../../src/report/page/console-script.ts';

describe('the script of a console', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kit-test-script-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is needed where there is a console', async () => {
    expect(needsConsoleScript(folder, 'console.log')).toBe(false);
    await writeFile(join(folder, 'console.log'), 'ok 1 mount\n');
    expect(needsConsoleScript(folder, 'console.log')).toBe(true);
  });

  it('is needed once more only where the console has changed since', async () => {
    await writeFile(join(folder, 'console.log'), 'ok 1 mount\n');
    await writeConsoleScript(folder, 'console.log');
    expect(needsConsoleScript(folder, 'console.log')).toBe(false);
    await utimes(join(folder, 'console.log'), new Date(), new Date(Date.now() + 5000));
    expect(needsConsoleScript(folder, 'console.log')).toBe(true);
  });
});
