// What must not be shown: the values of environment variables whose names say that they are secret. Pure.

const secretName = /TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|API_?KEY|PRIVATE|ACCESS_KEY|AUTH/i;
/** Shorter values are words that occur anywhere. */
const shortest = 6;

type Environment = Readonly<Record<string, string | undefined>>;

/** The longest first, for one may hold another. */
export function secretsOf(env: Environment): readonly string[] {
  const secrets = Object.entries(env).flatMap(([name, value]) => (secretName.test(name) && value !== undefined && value.length >= shortest ? [value] : []));
  return [...new Set(secrets)].sort((a, b) => b.length - a.length);
}

/** The text with `***` in place of every secret. */
export const redactSecrets = (text: string, env: Environment): string => secretsOf(env).reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
