import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/model/errors.ts';
import { compareReleases, rangeProblem, satisfies } from '../../../src/matrix/version.ts';

const release = fc.oneof(
  fc.tuple(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 4 }), fc.constantFrom('', '.x', '-rc1', '-rc10', '-9-amd64', '-50-cloud-amd64', '~rc3-1~exp1')).map(([numbers, suffix]) => `${numbers.join('.')}${suffix}`),
  fc.string({ maxLength: 6 }),
);

describe('compareReleases', () => {
  it('orders a list as people would', () => {
    const ordered = ['no release', '4.19.269', '5.4', '5.10.0', '6.1-rc1', '6.1', '6.1.0-9-amd64', '6.1.0-50-amd64', '6.1.0-50-cloud-amd64', '6.1.176', '6.2', '6.12-rc3', '6.12-rc10', '6.12', '6.12.9', '6.12.10', '6.12.x', '6.x', '7.0-rc1', '7.2', '7.x', '10.1'];
    expect([...ordered].reverse().sort(compareReleases)).toEqual(ordered);
  });

  it.each([
    ['6.12-rc3', '6.12', -1],
    ['6.6.9', '6.6.10', -1],
    ['6.12', '6.12.0', 0],
    ['v6.1', '6.1', 0],
    ['7.x', '7.999', 1],
    ['6.12~rc3', '6.12-rc3', 0],
  ])('orders %s against %s', (a, b, expected) => {
    expect(Math.sign(compareReleases(a, b))).toBe(expected);
  });

  it('is a total order', () => {
    fc.assert(fc.property(release, release, release, (a, b, c) => {
      expect(Math.sign(compareReleases(a, b))).toBe(-Math.sign(compareReleases(b, a)) || 0);
      expect(compareReleases(a, a)).toBe(0);
      if (compareReleases(a, b) <= 0 && compareReleases(b, c) <= 0) expect(compareReleases(a, c)).toBeLessThanOrEqual(0);
    }));
  });
});

describe('satisfies', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['>=5.10 <6.6 || 7.x', ['5.10', '5.10.0-30-amd64', '6.1.176', '6.5.99', '6.6-rc1', '7.x', '7.0', '7.2.1'], ['5.9.16', '5.10-rc1', '6.6', '6.12', '8.0']],
    ['6.1', ['6.1', '6.1.176', '6.1.0-50-cloud-amd64', '6.1-rc2'], ['6.2', '6.10', '7.x', '6.x']],
    ['6.1.5', ['6.1.5', '6.1.5-1-amd64'], ['6.1', '6.1.4', '6.1.50']],
    ['6', ['6.1', '6.x', '6'], ['7.0', '5.19']],
    ['6.1-rc3', ['6.1-rc3'], ['6.1', '6.1-rc4']],
    ['> 6.1', ['6.2', '7.x', '6.x'], ['6.1', '6.1.99', '6.0']],
    ['>6.1.5', ['6.1.6', '6.2'], ['6.1.5', '6.1']],
    ['<=6.1', ['6.1', '6.1.99', '5.10'], ['6.2', '7.x']],
    ['<6.6', ['6.5', '6.6-rc4'], ['6.6', '6.6.1', '6.x']],
    ['=6.6.*', ['6.6', '6.6.1'], ['6.7']],
    ['>=5.4, <5.5', ['5.4.200'], ['5.5', 'nonsense']],
  ])('%s', (range, inside, outside) => {
    for (const each of inside) expect([each, satisfies(each, range)]).toEqual([each, true]);
    for (const each of outside) expect([each, satisfies(each, range)]).toEqual([each, false]);
  });

  it('agrees with the order', () => {
    const plain = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 3, maxLength: 3 }).map((numbers) => numbers.join('.'));
    fc.assert(fc.property(plain, plain, (a, b) => {
      const order = compareReleases(a, b);
      expect(satisfies(a, `>=${b}`)).toBe(order >= 0);
      expect(satisfies(a, `<${b}`)).toBe(order < 0);
      expect(satisfies(a, `<=${b}`)).toBe(order <= 0);
      expect(satisfies(a, `>${b}`)).toBe(order > 0);
      expect(satisfies(a, b)).toBe(order === 0);
    }));
  });

  it('throws for a range that is none', () => {
    expect(() => satisfies('6.1', 'new')).toThrow(UsageError);
  });
});

describe('rangeProblem', () => {
  it.each([['>=5.10 <6.6 || 7.x'], ['6.1'], ['>= 6.1'], ['6.12-rc3']])('accepts %s', (range) => {
    expect(rangeProblem(range)).toBeUndefined();
  });

  it.each([
    ['', 'it is empty'],
    ['6.1 ||', 'nothing stands beside "||"'],
    ['^6.1', '"^6.1" is not understood'],
    ['~6.1', '"~6.1" is not understood'],
    ['latest', '"latest" is neither a version nor a comparison with one'],
    ['>=6.1 and <7', '"and" is neither a version'],
    ['=>6.1', '"=>6.1" is neither a version'],
    ['>=', '">=" is neither a version'],
    ['6.1.x.x', '"6.1.x.x" is neither a version'],
  ])('explains %j', (range, expected) => {
    expect(rangeProblem(range)).toContain(expected);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (range) => {
      const problem = rangeProblem(range);
      if (problem === undefined) expect(typeof satisfies('6.1', range)).toBe('boolean');
      else expect(problem).toContain('a range is written like');
    }));
  });
});
