// Reads WWW-Authenticate: which ways to log in a server offers (RFC 9110 §11.6.1). Several headers arrive as one list.

export interface Challenge {
  /** In lower case: `basic`, `bearer`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const parameter = /([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+\-.^_`|~0-9A-Za-z:/?=@]+?)(?=[ \t]*(?:,|$)))/y;

/** The challenges of a header; what cannot be read ends the list. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at += match[0].length;
    return match;
  };
  const separators = /[ \t,]*/y;
  for (take(separators); at < header.length; take(separators)) {
    const pair = take(parameter);
    const current = challenges.at(-1);
    if (pair !== null && current !== undefined) {
      const [, name = '', quoted, bare = ''] = pair;
      current.parameters[name.toLowerCase()] ??= quoted?.replaceAll(/\\(.)/g, '$1') ?? bare;
      continue;
    }
    const scheme = pair === null ? take(token) : null;
    if (scheme === null) break;
    challenges.push({ scheme: scheme[0].toLowerCase(), parameters: {} });
  }
  return challenges;
}
