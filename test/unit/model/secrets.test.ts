import { describe, expect, it } from 'vitest';
import { redactSecrets } from '../../../src/model/secrets.ts';

describe('redactSecrets', () => {
  it.each<[string, Readonly<Record<string, string>>, string, string]>([
    ['a token', { GITHUB_TOKEN: 'abcdef123' }, 'with abcdef123, twice abcdef123', 'with ***, twice ***'],
    ['a password', { DB_PASSWORD: 'p4ssw0rd' }, 'p4ssw0rd', '***'],
    ['a secret that holds another', { A_SECRET: 'longer-word', B_SECRET: 'longer' }, 'longer-word longer', '*** ***'],
    ['no ordinary variable', { HOME: '/root/home' }, 'in /root/home', 'in /root/home'],
    ['no value that is a common word', { AUTH_MODE: 'none' }, 'none of it', 'none of it'],
  ])('takes out %s', (_, env, text, shown) => {
    expect(redactSecrets(text, env)).toBe(shown);
  });
});
