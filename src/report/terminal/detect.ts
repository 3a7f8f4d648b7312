// What a terminal can show, from its environment: https://no-color.org, https://force-color.org, TERM=dumb, CI, locale.

export interface Capabilities {
  readonly color: boolean;
  readonly unicode: boolean;
  /** Lines may be drawn again in place. */
  readonly live: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function detectCapabilities(env: Environment, isTTY: boolean): Capabilities {
  const dumb = env['TERM'] === 'dumb';
  return { color: wantsColor(env, isTTY && !dumb), unicode: isUtf8(env), live: isTTY && !dumb && !isSet(env['CI']) };
}

/** Columns of a terminal; a file or a pipe has as many as the environment says, or so many that lines stay readable. */
export const columnsOf = (stdout: { readonly columns?: number }, env: Environment): number => stdout.columns ?? (Number(env['COLUMNS']) || 120);

function wantsColor(env: Environment, capable: boolean): boolean {
  if (isSet(env['NO_COLOR'])) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return capable;
}

/** POSIX: the first of these that is set and not empty decides. macOS and Windows terminals are UTF-8 without saying so. */
function isUtf8(env: Environment): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(isSet);
  if (locale === undefined) return isSet(env['TERM_PROGRAM']) || isSet(env['WT_SESSION']) || isSet(env['GITHUB_ACTIONS']);
  // The Linux virtual console has no glyphs for most symbols.
  return /utf-?8/i.test(locale) && env['TERM'] !== 'linux';
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';
