// Integers as Go's YAML package reads them, which follows YAML 1.1 as well as 1.2: `010` is 8, `0o17`, `0x10` and `0b11`
// have their bases, `1_000` is a thousand. LinuxKit files are read so. https://yaml.org/type/int.html

/** A tag for the parser, to be asked before its own integers. */
export const goIntegers = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?(0[bB][01_]+|0[oO][0-7_]+|0[xX][0-9a-fA-F_]+|[0-9][0-9_]*)$/,
  resolve: readInteger,
} as const;

const bases: readonly (readonly [RegExp, number])[] = [[/^0b/i, 2], [/^0o/i, 8], [/^0x/i, 16], [/^0(?=[0-7]+$)/, 8]];

function readInteger(text: string): number {
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '');
  const sign = text.startsWith('-') ? -1 : 1;
  const [prefix, base] = bases.find(([start]) => start.test(digits)) ?? [/^/, 10];
  return sign * Number.parseInt(digits.replace(prefix, ''), base);
}
