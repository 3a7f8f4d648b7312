// Titles that stay the same when the same bug comes again: without addresses, numbers, names of tasks.

const replacements: readonly (readonly [RegExp, string])[] = [
  // A user space address, a kernel address, with or without 0x.
  [/\b(?:0x)?(?=[0-9a-f]*\d)[0-9a-f]{8,16}\b/gi, 'ADDR'],
  [/\b0x[0-9a-f]+\b/gi, 'ADDR'],
  [/\+ADDR\/ADDR/g, ''],
  // Source lines, process and CPU numbers, counts: digits that are no part of a name.
  [/(\.[chS]):\d+/g, '$1'],
  [/(?<![a-zA-Z0-9_-])\d+(?![a-zA-Z0-9_])/g, 'NUM'],
  [/\s+/g, ' '],
];

/** Makes a title that is the same on every boot. */
export function stableTitle(text: string): string {
  return replacements.reduce((title, [pattern, to]) => title.replace(pattern, to), text).trim().slice(0, 160);
}

/** Fills `$1`, `$a` and `{function}` of a rule's title. */
export function fillTitle(template: string, header: RegExpExecArray, detail: RegExpExecArray | undefined, functionName: string): string {
  return stableTitle(template
    .replace(/\$(\d)/g, (_, index: string) => header[Number(index)] ?? '')
    .replace('$a', () => detail?.[1] ?? ''))
    .replace('{function}', () => functionName);
}
