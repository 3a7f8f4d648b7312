import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { watchEntry } from '../../../../src/run/warm/entry.ts';

const template = Buffer.from('[ 1.0] boot\r\nkit-test: payload\r\nkit-test: template\r\n');
const before = Buffer.from('kit-test: thaw 1\r\n');
const line = Buffer.from('kit-test: payload\r\n');

describe('a guest has entered its root file system', () => {
  it('when the line that says so has come, however the console is cut', () => {
    fc.assert(fc.property(fc.boolean(), fc.infiniteStream(fc.integer({ min: 1, max: 30 })), (enters, sizes) => {
      const console = Buffer.concat([template, before, ...(enters ? [line, Buffer.from('kit-test: init 1\r\n')] : [])]);
      const watch = watchEntry(template.length);
      let at = 0;
      for (const size of sizes) {
        watch.push(console.subarray(at, at + size));
        at += size;
        if (at >= console.length) break;
      }
      expect(watch.seen()).toBe(enters);
    }));
  });
});
