// Every output format, whoever adds one: found by its name, honest about what it makes and needs, and refused before
// anything is built where it cannot be made.
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadArchs } from '../../src/arch/index.ts';
import { checkFormat, listFormats, loadFormat } from '../../src/media/format.ts';
import { bootMedia } from '../../src/model/case.ts';
import { runnerFormats } from '../../src/model/harness.ts';
import { unbootable } from '../../src/model/medium.ts';

const archs = await loadArchs();
const names = await listFormats();

describe.each(names)('the format %s', (name) => {
  it('carries the name of its file and says in a line what it is', async () => {
    const format = await loadFormat(name);
    expect(format.name).toBe(name);
    expect(format.summary).toMatch(/^[a-zA-Z].{9,90}[^.]$/);
  });

  it('names files of its own beside the base', async () => {
    const format = await loadFormat(name);
    for (const arch of archs) {
      const files = format.files('/out/app', arch);
      expect(new Set(files).size).toBe(files.length);
      expect(files.every((file) => file.startsWith('/out/app') && basename(file) !== 'app')).toBe(true);
    }
  });

  it('knows the Debian package of each program it needs', async () => {
    for (const tool of (await loadFormat(name)).tools) expect(tool).toMatchObject({ program: expect.stringMatching(/^[\w.-]+$/) as string, package: expect.stringMatching(/^[a-z0-9][a-z0-9+.-]+$/) as string });
  });

  it('says why, and what to do, where it cannot be made', async () => {
    const format = await loadFormat(name);
    for (const arch of archs.filter((each) => format.unfit?.(each) !== undefined)) {
      expect(() => { checkFormat(format, arch); }).toThrow(`${name} cannot be made for ${arch.name}: `);
    }
  });
});

it('what a runner may be given is a format', () => expect(names).toEqual(expect.arrayContaining([...runnerFormats])));

it.each(bootMedia)('what a case may boot from is a format: %s', async (medium) => {
  expect(names).toContain(medium);
  const format = await loadFormat(medium);
  for (const arch of archs.filter((each) => unbootable(medium, each) === undefined)) expect([medium, arch.name, format.unfit?.(arch)]).toEqual([medium, arch.name, undefined]);
});
