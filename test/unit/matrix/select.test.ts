import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/model/errors.ts';
import { expandMatrix } from '../../../src/matrix/expand.ts';
import { matchesName, selectCells, type Selection } from '../../../src/matrix/select.ts';
import { archs, ids, makeCase, makeKernel, makeProject } from './sample.ts';

const cells = expandMatrix(makeProject(
  [makeCase('boot', { labels: ['smoke'] }), makeCase('net-dhcp', { labels: ['net', 'slow'] }), makeCase('net-ping', { labels: ['net', 'smoke'] })],
  [makeKernel('6.1', '6.1', ['x86_64', 'aarch64']), makeKernel('6.12')],
), archs);
const select = (selection: Selection) => ids(selectCells(cells, selection));
const failure = (selection: Selection): { readonly message: string; readonly hint?: string | undefined } => {
  try {
    selectCells(cells, selection);
  } catch (error) {
    if (error instanceof UsageError) return error;
  }
  return { message: 'nothing was thrown' };
};

describe('selection by medium', () => {
  const booting = expandMatrix(makeProject([makeCase('media', { boot: ['kernel+initrd', 'iso-bios', 'iso-efi'] })], [makeKernel('6.12')], { matrix: { arch: ['x86_64', 'aarch64'] } }), archs);

  it('takes names, globs and negations', () => {
    expect(ids(selectCells(booting, { medium: ['iso-*'] }))).toEqual(['media/6.12/x86_64/iso-bios', 'media/6.12/x86_64/iso-efi', 'media/6.12/aarch64/iso-efi']);
    expect(ids(selectCells(booting, { medium: ['!iso-*'] }))).toEqual(['media/6.12/x86_64/kernel+initrd', 'media/6.12/aarch64/kernel+initrd']);
  });

  it('names the media there are where a word matches none', () => {
    expect(() => selectCells(booting, { medium: ['iso-bois'] })).toThrow(expect.objectContaining({ code: 'NOTHING_SELECTED', hint: expect.stringContaining('"iso-bios"') as string }) as Error);
  });
});

describe('selectCells', () => {
  it('selects everything where nothing is asked', () => {
    expect(selectCells(cells, {})).toEqual(cells);
    expect(selectCells(cells, { case: [], kernel: undefined })).toEqual(cells);
  });

  it.each<[string, Selection, (id: string) => boolean]>([
    ['a name', { case: ['boot'] }, (id) => id.startsWith('boot/')],
    ['a glob', { case: ['net-*'] }, (id) => id.startsWith('net-')],
    ['several patterns of one kind', { case: ['boot', '*-ping'] }, (id) => /^(boot|net-ping)\//.test(id)],
    ['all kinds at once', { case: ['net-*'], kernel: ['6.12'], arch: ['arm'] }, (id) => /^net-.*\/6\.12\/arm$/.test(id)],
    ['everything but what is negated', { case: ['!net-*'] }, (id) => id.startsWith('boot/')],
    ['some but what is negated, in any order', { case: ['!net-ping', 'net-*'] }, (id) => id.startsWith('net-dhcp/')],
    ['an architecture by another name', { arch: ['amd64'] }, (id) => id.endsWith('/x86_64')],
    ['globs of architectures by their own names only', { arch: ['arm*'] }, (id) => id.endsWith('/arm')],
    ['a negated architecture by another name', { arch: ['!arm64'] }, (id) => !id.endsWith('/aarch64')],
    ['a label', { label: ['smoke'] }, (id) => !id.startsWith('net-dhcp/')],
    ['cases without a label', { label: ['net', '!slow'] }, (id) => id.startsWith('net-ping/')],
    ['a glob with alternatives', { kernel: ['{6.1,7.0}'] }, (id) => id.includes('/6.1/')],
    ['a glob that begins like a negation', { case: ['!(boot)'] }, (id) => id.startsWith('net-')],
  ])('selects %s', (_title, selection, wanted) => {
    expect(select(selection)).toEqual(ids(cells).filter(wanted));
    expect(select(selection).length).toBeGreaterThan(0);
  });

  it.each<[Selection, string, string]>([
    [{ case: ['bot'] }, '--case "bot" matches no case of the matrix', 'did you mean "boot"? cases: boot, net-dhcp, net-ping'],
    [{ case: ['boot', 'net-pin'] }, '--case "net-pin" matches no case of the matrix', 'did you mean "net-ping"? cases: boot, net-dhcp, net-ping'],
    [{ case: ['!bot'] }, '--case "!bot" matches no case of the matrix', 'did you mean "boot"? cases: boot, net-dhcp, net-ping'],
    [{ kernel: ['7.*'] }, '--kernel "7.*" matches no kernel of the matrix', 'kernels: 6.1, 6.12'],
    [{ arch: ['amd46'] }, '--arch "amd46" matches no arch of the matrix', 'did you mean "amd64"? architectures: aarch64, x86_64, arm'],
    [{ label: [''] }, '--label "" matches no label of the matrix', 'labels: smoke, net, slow'],
    [{ kernel: ['6.1'], arch: ['arm'] }, 'no cell of the matrix matches --kernel "6.1" --arch "arm"', 'the matrix has cases boot, net-dhcp, net-ping; kernels 6.1, 6.12; architectures aarch64, x86_64, arm; labels smoke, net, slow'],
    [{ case: ['boot', '!boot'] }, 'no cell of the matrix matches --case "boot" --case "!boot"', 'the matrix has cases boot, net-dhcp, net-ping; kernels 6.1, 6.12; architectures aarch64, x86_64, arm; labels smoke, net, slow'],
  ])('refuses %j and names what exists', (selection, message, hint) => {
    expect(failure(selection)).toMatchObject({ code: 'NOTHING_SELECTED', message, hint });
  });

  it('refuses an empty matrix', () => {
    expect(() => selectCells([], {})).toThrow('the matrix has no cells');
  });

  it('keeps the order, and a pattern with its negation share out the cells', () => {
    fc.assert(fc.property(fc.constantFrom('boot', 'net-*', '*p', 'net-{dhcp,ping}'), (pattern) => {
      const chosen = select({ case: [pattern] });
      const others = select({ case: [`!${pattern}`] });
      expect(ids(cells).filter((id) => chosen.includes(id))).toEqual(chosen);
      expect([...chosen, ...others].sort()).toEqual([...ids(cells)].sort());
    }));
  });
});

describe('matchesName', () => {
  it('matches every name with itself and with *, and never throws', () => {
    fc.assert(fc.property(fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/), fc.string(), (name, pattern) => {
      expect(matchesName(name, name)).toBe(true);
      expect(matchesName('*', name)).toBe(true);
      expect(typeof matchesName(pattern, name)).toBe('boolean');
    }));
  });
});
