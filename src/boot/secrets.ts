// Takes secrets out of what a command of the user's says before it is shown or written into a report: the values of
// environment variables whose names say that they are secret. Pure.

const secretName = /TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|API_?KEY|PRIVATE|ACCESS_KEY|AUTH/i;
/** Shorter values are words that occur anywhere. */
const shortest = 6;

/** The text with `***` in place of every secret. */
export function redactSecrets(text: string, env: Readonly<Record<string, string | undefined>>): string {
  const secrets = Object.entries(env).flatMap(([name, value]) => (secretName.test(name) && value !== undefined && value.length >= shortest ? [value] : []));
  // The longest first, for one may hold another.
  return secrets.sort((a, b) => b.length - a.length).reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}
