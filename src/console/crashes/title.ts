// Titles that stay the same when the same bug comes again: without addresses, offsets, numbers, names of tasks.

const lengthLimit = 120;

/** Addresses, with or without 0x; a word of nothing but a to f may be a word. */
const address = /(?<![a-zA-Z0-9])(?:0x[0-9a-f]{6,}|(?=[a-f]*\d)[0-9a-f]{6,}|[0-9a-f]{8,})/gi;

/** Of what holds digits. */
const replacements: readonly (readonly [RegExp, string])[] = [
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, 'IP'],
  [/(\.\w+)(?::\d+)+/g, '$1:LINE'],
  [/([a-zA-Z][\w.]+)\+0x[0-9a-z]+\/0x[0-9a-z]+/g, '$1'],
  [/CPU#\d+/g, 'CPU'],
  // Digits that are no part of a name, or too many for one.
  [/(?<!\w)\d+(?!\w)/g, 'NUM'],
  [/\d{7,}/g, 'NUM'],
];

/** Makes a title that is the same on every boot. */
export function stableTitle(text: string): string {
  const placed = text.replace(address, 'ADDR');
  const stable = /\d/.test(placed) ? replacements.reduce((title, [pattern, to]) => title.replace(pattern, to), placed) : placed;
  return stable.replace(/[^\x20-\x7e\t]/g, '').replace(/\s+/g, ' ').slice(0, lengthLimit).trim();
}

/** Fills `$1`, `$a` and `{function}` of a rule's title. */
export function fillTitle(template: string, header: RegExpExecArray, needed: RegExpExecArray | undefined, functionName: string): string {
  return stableTitle(template
    .replace(/\$(\d)/g, (_, index: string) => header[Number(index)] ?? '')
    .replace('$a', () => needed?.[1] ?? ''))
    .replace('{function}', () => functionName);
}
