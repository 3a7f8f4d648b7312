import { describe, expect, it } from 'vitest';
import type { Arch } from '../../../../src/model/arch.ts';
import { startModes, type StartMode } from '../../../../src/model/start.ts';
import { createDemand, startMode, whyCold } from '../../../../src/run/warm/choose.ts';
import { archs as known, makeCase, makeKernel } from '../../matrix/sample.ts';

const [first, second] = known as [Arch, Arch];
const image = { segments: [], cmdline: [], digest: '', unpackedBytes: 0, sources: [] };
const cellOf = (file: object = {}, kernel = makeKernel('6.1'), extra: object = {}) => ({ id: 'a', case: { ...makeCase('a', file), ...extra }, kernel, arch: first, medium: 'kernel+initrd' as const });

describe('how a cell starts', () => {
  it.each([
    [undefined, undefined, 'auto', 'auto'],
    [undefined, 'warm', 'auto', 'warm'],
    [undefined, 'both', 'warm', 'both'],
    ['warm', undefined, 'auto', 'warm'],
    ['warm', 'cold', 'auto', 'cold'],
    [undefined, undefined, 'cold', 'cold'],
  ] as const)('is, where the case says %s, the command line %s and the project %s: %s', (start, said, project, expected) => {
    expect(startMode(cellOf(start === undefined ? {} : { start }), { said, project })).toBe(expected);
  });

  it.each(startModes)('is cold for a case that tests booting, whatever else is said: %s', (mode) => {
    expect(startMode(cellOf({ start: 'cold' }), { said: mode, project: mode })).toBe('cold');
  });
});

describe('a cell starts cold', () => {
  const why = (cell: ReturnType<typeof cellOf>, mode: StartMode, waits = true): string | undefined => whyCold(cell, { image, waits }, mode);

  it.each(startModes)('that boots from a medium of its own: %s', (mode) => {
    expect(whyCold({ ...cellOf(), medium: 'iso-bios' }, { image, waits: true }, mode)).toContain('iso-bios');
  });

  it.each(['root=/dev/vda', 'rdinit=/bin/sh', 'init=/sbin/init'])('whose kernel is told %s', (word) => {
    expect(why(cellOf({ cmdline: [word] }), 'warm')).toContain(word);
    expect(why(cellOf({ cmdline: [`no${word}`, 'initcall_debug'] }), 'warm')).toBeUndefined();
  });

  it('with an init of its own or a dialog, unless it is told otherwise', () => {
    const dialog = cellOf({}, undefined, { expect: [{ protocol: 'none', ordered: false, dialog: [{ wait: 'login:', send: 'root' }] }] });
    expect(why(cellOf(), 'auto', false)).toContain('init of its own');
    expect(why(cellOf(), 'warm', false)).toBeUndefined();
    expect(why(dialog, 'auto')).toContain('dialog');
    expect(why(dialog, 'both')).toBeUndefined();
    expect(why(cellOf(), 'auto')).toBeUndefined();
  });
});

describe('the demand for a template', () => {
  const one = cellOf();
  const alike = { ...one, id: 'b', case: { ...one.case, name: 'b' } };

  it.each([
    ['another kernel', cellOf({}, makeKernel('6.12'))],
    ['another architecture', { ...one, arch: second }],
    ['more memory', cellOf({ memory: '1G' })],
    ['a network', cellOf({ network: true })],
    ['a word for the kernel', cellOf({ cmdline: ['quiet'] })],
  ])('does not count a cell with %s', (_, other) => {
    expect(createDemand([one, other], 1)(one)).toBe(1);
    expect(createDemand([one, alike, other], 3)(one)).toBe(6);
  });

  it('does not count what is skipped', () => {
    expect(createDemand([one, { ...alike, skip: 'no' }], 1)(one)).toBe(1);
  });
});
