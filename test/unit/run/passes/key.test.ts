import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CaseFile } from '../../../../src/model/case.ts';
import { HarnessSchema, type Harness, type HarnessConfig } from '../../../../src/model/harness.ts';
import { aside, asideOfProject, passKey, sayingOf, sayingOfProject, type PassParts } from '../../../../src/run/passes/key.ts';
import { makeCase } from '../../matrix/sample.ts';

const parts: PassParts = {
  kitTest: 'a', qemu: 'b', host: ['x64'],
  plan: { cell: 'boot/6.1/arm', arch: 'arm', accel: 'tcg', binary: 'qemu-system-arm', argv: ['-machine', 'virt', '-append', 'panic=-1'], kernel: 'sha256:1', initrd: 'sha256:2', cmdline: 'panic=-1', memory: 512, limits: { bootMs: 1, silenceMs: 2, totalMs: 3 }, ports: [80], scratch: [{ path: 'x', bytes: 1 }] },
  kernel: { digest: 'sha256:3', release: '6.1.0', symbols: 'sha256:4' },
  image: 'sha256:5', waits: false, graceMs: 3000,
  case: sayingOf(makeCase('boot', { expect: { pass: ['a', 'b'] }, probe: { http: { port: 80, headers: { a: '1' } } } })),
  harness: sayingOfProject(HarnessSchema.parse({ tcgScale: 2 })),
  known: [{ reason: 'x', sometimes: false, verdict: ['fail'], kernel: ['6.*'] }],
};

type Path = readonly (string | number)[];

/** Where anything stands in a value: texts, numbers, lists, mappings. */
function places(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Array.isArray(value) ? value.flatMap((each, index) => places(each, [...path, index])) : Object.entries(value).flatMap(([name, each]) => places(each, [...path, name]));
  return path.length === 0 ? below : [path, ...below];
}

/** The value with another one at a place. */
function altered(value: unknown, [step, ...rest]: Path, change: (value: unknown) => unknown): unknown {
  if (step === undefined) return change(value);
  if (Array.isArray(value)) return value.map((each, index) => (index === step ? altered(each, rest, change) : (each as unknown)));
  return Object.fromEntries(Object.entries(value as object).map(([name, each]) => [name, name === step ? altered(each, rest, change) : (each as unknown)]));
}

/** Other values in place of one. */
function others(value: unknown): readonly unknown[] {
  if (typeof value === 'string') return [`${value} `, '', value.length];
  if (typeof value === 'number') return [value + 1, -value - 1, String(value)];
  if (typeof value === 'boolean') return [!value, String(value)];
  if (Array.isArray(value)) return [[...(value as unknown[]), 'x'], value.slice(1), [value]].filter((other) => JSON.stringify(other) !== JSON.stringify(value));
  if (typeof value === 'object' && value !== null) return [{ ...value, more: 1 }, Object.entries(value)];
  return [0];
}

const keyOf = (value: unknown): string => passKey(value as PassParts);

describe('the key of a pass', () => {
  it('is another one when any one part of it is', () => {
    const key = passKey(parts);
    for (const path of places(parts)) {
      const changed = new Set<string>();
      let value: unknown = parts;
      for (const step of path) value = (value as Record<string | number, unknown>)[step];
      for (const other of others(value)) changed.add(keyOf(altered(parts, path, () => other)));
      expect([path.join('.'), changed.has(key)]).toEqual([path.join('.'), false]);
      expect([path.join('.'), changed.size]).toEqual([path.join('.'), others(value).length]);
    }
    for (const name of Object.keys(parts)) expect([name, keyOf(Object.fromEntries(Object.entries(parts).filter(([each]) => each !== name))) === key]).toEqual([name, false]);
  });

  it('is the same for equal parts however they were put together, and for no others', () => {
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, fc.constantFrom('', 'a', 1, true, false, null), fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(fc.constantFrom('a', 'b', '1', '__proto__'), tie('value'), { maxKeys: 3 })),
    })).value;
    const reversed = (each: unknown): unknown => (Array.isArray(each) ? each.map(reversed) : typeof each === 'object' && each !== null ? Object.fromEntries(Object.entries(each).reverse().map(([name, one]) => [name, reversed(one)])) : each);
    const same = (a: unknown, b: unknown): boolean => { try { expect(a).toEqual(b); return JSON.stringify(a).length === JSON.stringify(b).length; } catch { return false; } };
    fc.assert(fc.property(value, value, (a, b) => {
      expect(keyOf({ ...parts, case: reversed(a) })).toBe(keyOf({ ...parts, case: a }));
      expect(keyOf({ ...parts, case: a }) === keyOf({ ...parts, case: b })).toBe(same(a, b));
    }));
  });
});

/** Another value than the default for everything that a case may say: one that is missing here does not compile. */
const ofCase: Required<Record<keyof CaseFile, unknown>> = {
  summary: 'else', labels: ['slow'], image: 'other.yml', run: { command: ['false'] }, script: './t.sh', group: ['group.sh'], results: 'port', expect: { exit: 3 }, needs: { kernel: '>=6' }, modules: ['overlay'], timeouts: { total: '7s' },
  memory: '1G', cpus: 2, network: true, boot: 'iso-efi', drives: [{ source: 'd', mount: '/d' }], probe: { http: { port: 80 } }, artifacts: ['/var/log'], diagnose: false,
  start: 'cold', known: [{ reason: 'x' }], retries: 3, cmdline: ['quiet'],
};

/** The same for a project. */
const ofProject: Required<Record<keyof HarnessConfig, unknown>> = {
  cases: 'c', kernels: 'k', matrix: { arch: ['arm'] }, defaultKernel: '6.1', timeouts: { boot: '7s' }, tcgScale: 5, diagnose: false, known: [{ reason: 'x' }], retries: 2, concurrency: 3,
  accel: 'tcg', start: 'cold', reporters: ['tap'], github: { status: true }, consoleLimit: 8192, apt: { suite: 'sid' }, images: { insecure: ['a.example'] }, runner: { type: 'exec', command: ['./boot'] }, output: 'o',
  history: { runs: 3 }, price: { perMinute: 1 }, cache: 'c', cacheLimit: '20G', templateLimit: '2G', graceAfterDecision: '9s',
};

describe('what is said of a cell', () => {
  const before = passKey({ ...parts, case: sayingOf(makeCase('a')) });

  it.each(Object.entries(ofCase))('by %s of its case counts, unless it is set aside', (name, value) => {
    const testCase = makeCase('a', name === 'expect' ? {} : { [name]: value });
    const after = passKey({ ...parts, case: sayingOf(name === 'expect' ? { ...testCase, expect: [{ ordered: false, exit: 3 }] } : testCase) });
    expect(after === before).toBe((aside as readonly string[]).includes(name));
  });

  it.each(Object.entries(ofProject))('by %s of the project counts, unless it is set aside', (name, value) => {
    const keyOfProject = (harness: Harness): string => passKey({ ...parts, harness: sayingOfProject(harness) });
    expect(keyOfProject(HarnessSchema.parse({ [name]: value })) === keyOfProject(HarnessSchema.parse({}))).toBe((asideOfProject as readonly string[]).includes(name));
  });
});
