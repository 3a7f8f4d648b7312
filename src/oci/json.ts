// JSON as Go's encoding/json indents it: four spaces, `<>&` and line separators escaped, integers of 64 bits.
// config.json needs the integers (18446744073709551615 is "unlimited"); the rest makes it LinuxKit's to the byte.

export type Json = string | number | bigint | boolean | null | readonly Json[] | ReadonlyMap<string, Json> | { readonly [key: string]: Json | undefined };

/**
 * Keys with the value undefined are left out. No newline at the end. A Map keeps its order, where an object puts keys
 * that look like numbers first.
 */
export function goJson(value: Json, indent = ''): string {
  const inner = `${indent}    `;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return escape(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return value.length === 0 ? '[]' : `[\n${value.map((item) => inner + goJson(item, inner)).join(',\n')}\n${indent}]`;
  const pairs: Iterable<readonly [string, Json | undefined]> = value instanceof Map ? (value as ReadonlyMap<string, Json>) : Object.entries(value);
  const members = [...pairs].flatMap(([key, item]) => (item === undefined ? [] : [`${inner}${escape(key)}: ${goJson(item, inner)}`]));
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

function escape(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
