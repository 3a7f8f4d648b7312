// Which strings Go's yaml.v2 has to quote because YAML 1.1 would read something else from them, and the order in which
// it writes the keys of a map. https://yaml.org/type/

const words = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON', 'n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF', '', '~', 'null', 'Null', 'NULL', '.nan', '.NaN', '.NAN', '.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF', '-.inf', '-.Inf', '-.INF']);

const integer = /^[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const sexagesimal = /^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/;
const timestamp = /^\d{4}-\d{1,2}-\d{1,2}(([Tt]| )\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?(Z|[-+]\d{2}:\d{2})?)?$/;

/** True for text that would be a number, a boolean, nothing or a time without quotes. */
export function resolvesToOther(text: string): boolean {
  if (words.has(text)) return true;
  if (!/^[-+.0-9]/.test(text)) return false;
  const plain = text.startsWith('.') ? text : text.replaceAll('_', '');
  return integer.test(plain) || float.test(plain) || sexagesimal.test(text) || timestamp.test(text);
}

/** Order of keys: letters behind everything else, runs of digits by their value. */
export function compareKeys(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let at = 0; at < left.length && at < right.length; at += 1) {
    const [x = '', y = ''] = [left[at], right[at]];
    if (x === y) continue;
    const [isLetter, isOther] = [/\p{L}/u.test(x), /\p{L}/u.test(y)];
    if (isLetter !== isOther) return isLetter ? 1 : -1;
    if (isLetter) return x < y ? -1 : 1;
    const [m, n] = [digits(left, at), digits(right, at)];
    if (Number(m) !== Number(n)) return Number(m) - Number(n);
    if (m.length !== n.length) return m.length - n.length;
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

/** The digits from a place on, with those before it where a zero begins them: 10 is more than 9. */
function digits(text: readonly string[], at: number): string {
  const behind = /^\d*/.exec(text.slice(at).join(''))?.[0] ?? '';
  const before = /[1-9]\d*$/.exec(text.slice(0, at).join(''))?.[0];
  return before === undefined ? behind : `1${behind}`;
}
