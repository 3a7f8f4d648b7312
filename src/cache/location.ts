// Where the cache lies when nobody says so (XDG Base Directory specification; ~/Library/Caches on macOS).
import { isAbsolute, join, resolve } from 'node:path';

/** The cache folder: the setting, else $KIT_TEST_CACHE, else `kit-test` in the user's cache folder. */
export function cacheLocation(context: {
  readonly setting?: string | undefined;
  readonly projectRoot: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: string;
}): string {
  const { setting, env } = context;
  if (env['KIT_TEST_CACHE'] !== undefined && env['KIT_TEST_CACHE'] !== '') return resolve(env['KIT_TEST_CACHE']);
  if (setting !== undefined) return resolve(context.projectRoot, setting);
  const xdg = env['XDG_CACHE_HOME'];
  // The specification says: relative paths are invalid and to be ignored.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'kit-test');
  return context.platform === 'darwin' ? join(context.home, 'Library', 'Caches', 'kit-test') : join(context.home, '.cache', 'kit-test');
}
