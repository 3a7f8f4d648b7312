import { describe, expect, it } from 'vitest';
import { ConfigError, HarnessError, located, UsageError } from '../../../src/model/errors.ts';

describe('a failure with its place', () => {
  it.each([HarnessError, UsageError])('stays a %o with its code and hint', (Kind) => {
    const told = located(new Kind('CODE', 'it broke', { hint: 'mend it' }), 'a.yml:1:2');
    expect(told).toBeInstanceOf(Kind);
    expect(told instanceof UsageError).toBe(Kind === UsageError);
    expect(told).toMatchObject({ code: 'CODE', message: 'a.yml:1:2: it broke', hint: 'mend it' });
  });

  it.each([
    ['what says so already', new HarnessError('CODE', 'a.yml:1:2: it broke')],
    ['mistakes, which have places of their own', new ConfigError([])],
    ['what is not ours to word', new TypeError('x')],
  ])('leaves %s as it is', (_, error) => {
    expect(located(error, 'a.yml:1:2')).toBe(error);
  });
});
