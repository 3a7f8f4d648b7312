import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathParts, showName } from '../../../src/archive/entry.ts';
import { decodeName, encodeName, nameLength } from '../../../src/archive/names.ts';

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.array(fc.oneof(fc.constantFrom(Buffer.from('a'), Buffer.from('ключ'), Buffer.from('�'), Buffer.from('😀'), Buffer.of(0xed, 0xb2, 0x80), Buffer.of(0xc0, 0x80), Buffer.of(0xf0, 0x9f)), fc.uint8Array({ maxLength: 3 })), { maxLength: 8 }).map((parts) => Buffer.concat(parts)),
).map((value) => Buffer.from(value));

describe('decodeName', () => {
  it('keeps every byte of every name, also through JSON', () => {
    fc.assert(fc.property(bytes, (name) => {
      const text = decodeName(name);
      expect(encodeName(text).equals(name)).toBe(true);
      expect(encodeName(JSON.parse(JSON.stringify(text)) as string).equals(name)).toBe(true);
      expect(nameLength(text)).toBe(name.length);
    }), { numRuns: 1000 });
  });

  it('gives different names for different bytes', () => {
    fc.assert(fc.property(bytes, bytes, (one, two) => {
      expect(decodeName(one) === decodeName(two)).toBe(one.equals(two));
    }));
  });

  it.each(['', 'usr/bin', 'ключ', 'new\nline', '😀', 'a�b'])('reads %j as text', (text) => {
    expect(decodeName(Buffer.from(text))).toBe(text);
  });

  it('counts the bytes of a name, not its characters, against Linux\'s limit', () => {
    expect(pathParts(decodeName(Buffer.alloc(255, 0xff)))).toHaveLength(1);
    expect(() => pathParts(decodeName(Buffer.alloc(256, 0xff)))).toThrow(/longer than 255/);
  });

  it('is shown with the bytes that are no text', () => {
    expect(showName(decodeName(Buffer.from([0x61, 0xff, 0x0a])))).toBe('"a\\xff\\n"');
  });
});
