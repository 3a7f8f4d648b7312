// Where the cache lies.
import { expect, it } from 'vitest';
import { cacheLocation } from '../../../src/cache/location.ts';

const base = { projectRoot: '/project', home: '/home/me', platform: 'linux' };

it.each([
  ['the environment', { env: { KIT_TEST_CACHE: '/c', XDG_CACHE_HOME: '/x' }, setting: 'there' }, '/c'],
  ['the setting, relative to the project', { env: { XDG_CACHE_HOME: '/x' }, setting: 'there' }, '/project/there'],
  ['XDG_CACHE_HOME', { env: { XDG_CACHE_HOME: '/x' } }, '/x/kit-test'],
  ['the home folder where XDG_CACHE_HOME is relative', { env: { XDG_CACHE_HOME: 'x' } }, '/home/me/.cache/kit-test'],
  ['the home folder where KIT_TEST_CACHE is empty', { env: { KIT_TEST_CACHE: '' } }, '/home/me/.cache/kit-test'],
  ["macOS's folder", { env: {}, platform: 'darwin' }, '/home/me/Library/Caches/kit-test'],
])('follows %s', (_, context, expected) => {
  expect(cacheLocation({ ...base, ...context })).toBe(expected);
});
