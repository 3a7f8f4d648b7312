// What is kept of a guest's state, written here as QEMU's migration/ram.c writes it, and replayed as it reads it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutBlankPages } from '../../../../src/boot/warm/blank-pages.ts';

const blocks = ['mach-virt.ram', 'virt.flash0', 'virt.flash1', '/rom@etc/acpi/tables'] as const;
const pageBytes = 4096;
const section = 2;

interface Page {
  readonly block: string;
  readonly page: number;
  /** What each of its bytes is. */
  readonly fill: number;
}

const be64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};
const named = (name: string): Buffer => Buffer.concat([Buffer.from([name.length]), Buffer.from(name, 'latin1')]);
const header = (kind: number): Buffer => Buffer.from([kind, 0, 0, 0, section]);
const footer = Buffer.from([0x7e, 0, 0, 0, section]);
const before = Buffer.from('QEVM\0\0\0\x03\x07\0\0\0\x08virt-7.2', 'latin1');
const after = Buffer.from('\x04\0\0\0\x05\x05timer and all the other devices', 'latin1');

/** Pages of each part; the last part ends the section. */
function stream(parts: readonly (readonly Page[])[]): Buffer {
  let last = '';
  const record = ({ block, page, fill }: Page): Buffer => {
    const flags = (fill === 0 ? 0x02 : 0x08) | (block === last ? 0x20 : 0);
    const head = [be64(page * pageBytes + flags), ...(block === last ? [] : [named(block)])];
    last = block;
    return Buffer.concat([...head, Buffer.alloc(fill === 0 ? 1 : pageBytes, fill)]);
  };
  return Buffer.concat([
    before,
    header(0x01), named('ram'), Buffer.from([0, 0, 0, 0, 0, 0, 0, 4]),
    be64(blocks.length * 16 * pageBytes + 0x04), ...blocks.map((block) => Buffer.concat([named(block), be64(16 * pageBytes), be64(0x4000_0000)])), be64(0x10), footer,
    ...parts.flatMap((part, index) => [header(index === parts.length - 1 ? 0x03 : 0x02), ...part.map(record), be64(0x10), footer]),
    after,
  ]);
}

/** The pages of a stream, in its order. */
function replay(bytes: Buffer): readonly Page[] {
  const pages: Page[] = [];
  let at = bytes.indexOf(Buffer.concat([be64(0x10), footer])) + 13;
  let block = '';
  for (let kind = 0; kind !== 0x03;) {
    kind = bytes.readUInt8(at);
    at += 5;
    for (;;) {
      const word = Number(bytes.readBigUInt64BE(at));
      at += 8;
      if (word === 0x10) break;
      if ((word & 0x20) === 0) {
        block = bytes.toString('latin1', at + 1, at + 1 + bytes.readUInt8(at));
        at += 1 + block.length;
      }
      pages.push({ block, page: Math.floor(word / pageBytes), fill: bytes.readUInt8(at) });
      at += (word & 0x08) === 0 ? 1 : pageBytes;
    }
    expect(bytes.subarray(at, at + 5)).toEqual(footer);
    at += 5;
  }
  expect(bytes.subarray(at)).toEqual(after);
  return pages;
}

const isLeftOut = ({ block, fill }: Page): boolean => block.startsWith('virt.flash') && fill === 0;
const onePage = fc.record({ block: fc.constantFrom(...blocks), page: fc.nat(15), fill: fc.constantFrom(0, 0, 0xff) });

describe('a kept state', () => {
  it('has all pages of its guest but the empty ones of flash, in their order', () => {
    fc.assert(fc.property(fc.array(fc.array(onePage, { maxLength: 12 }), { minLength: 1, maxLength: 3 }), (parts) => {
      const whole = stream(parts);
      expect(replay(whole)).toEqual(parts.flat());
      expect(replay(withoutBlankPages(whole))).toEqual(parts.flat().filter((page) => !isLeftOut(page)));
    }));
  });

  it('is the same once nothing can be left out', () => {
    const small = withoutBlankPages(stream([[{ block: 'virt.flash0', page: 1, fill: 0 }, { block: 'virt.flash0', page: 2, fill: 7 }], []]));
    expect(withoutBlankPages(small)).toEqual(small);
  });

  const known = stream([[{ block: 'virt.flash0', page: 1, fill: 0 }, { block: 'virt.flash1', page: 2, fill: 7 }], []]);
  it.each<[string, Buffer]>([
    ['has no memory in it', Buffer.concat([before, after])],
    ['is cut off', known.subarray(0, known.length - after.length - 9)],
    ['has a page of another kind', Buffer.from(known.toString('latin1').replace('\0\0\x10\x02\x0bvirt.flash0', '\0\0\x11\x02\x0bvirt.flash0'), 'latin1')],
    ['has another section in between', Buffer.concat([known.subarray(0, known.indexOf(footer) + 5), header(0x04), known.subarray(known.indexOf(footer) + 10)])],
    ['is of another version', Buffer.from(known.toString('latin1').replace('ram\0\0\0\0\0\0\0\x04', 'ram\0\0\0\0\0\0\0\x05'), 'latin1')],
  ])('stays as it is where it %s', (_, bytes) => {
    expect(bytes).not.toEqual(known);
    expect(withoutBlankPages(bytes)).toBe(bytes);
  });
});
