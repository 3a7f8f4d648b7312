// WWW-Authenticate as servers write it, and as they do not.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseChallenges } from '../../../src/registry/challenge.ts';

it.each<[string, ReturnType<typeof parseChallenges>]>([
  ['Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull"', [{ scheme: 'bearer', parameters: { realm: 'https://auth.example/token', service: 'registry.example', scope: 'repository:a/b:pull' } }]],
  ['Basic realm="a, \\"quoted\\" realm"', [{ scheme: 'basic', parameters: { realm: 'a, "quoted" realm' } }]],
  ['Basic realm="x", Bearer realm="y" , service=plain', [{ scheme: 'basic', parameters: { realm: 'x' } }, { scheme: 'bearer', parameters: { realm: 'y', service: 'plain' } }]],
  ['Bearer Realm = "x"', [{ scheme: 'bearer', parameters: { realm: 'x' } }]],
  ['Bearer scope="a,b",scope="late"', [{ scheme: 'bearer', parameters: { scope: 'a,b' } }]],
  ['Negotiate', [{ scheme: 'negotiate', parameters: {} }]],
  ['Negotiate, Basic realm="x"', [{ scheme: 'negotiate', parameters: {} }, { scheme: 'basic', parameters: { realm: 'x' } }]],
  ['', []],
  ['"nonsense', []],
])('reads %s', (header, expected) => {
  expect(parseChallenges(header)).toEqual(expected);
});

it('ends for any text', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z ="\\,]{0,60}$/)), (header) => Array.isArray(parseChallenges(header))));
});

it('reads back what is written as the RFC says', () => {
  const value = fc.string({ minLength: 0, maxLength: 20 }).filter((text) => /^[\x20-\x7e]*$/.test(text));
  const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  fc.assert(fc.property(value, value, (realm, service) => {
    expect(parseChallenges(`Basic realm=${quoted(realm)}, Bearer realm=${quoted(realm)},service=${quoted(service)}`)).toEqual([{ scheme: 'basic', parameters: { realm } }, { scheme: 'bearer', parameters: { realm, service } }]);
  }));
});
