// The same bytes give the same answer, however they come: over whole logs, the entire object that `kit-test parse` prints.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWatch } from '../../../src/console/watch.ts';
import { describeConsole } from '../../../src/verdict/parsed.ts';
import { judgeConsole } from '../../../src/verdict/parse-text.ts';
import { ktapExpect } from '../console/read.ts';

const own = new URL('../../corpus/', import.meta.url);
// A larger collection beside the checkout, where there is one.
const shared = new URL('../../../../shared/corpus/', import.meta.url);
const logs = [own, shared].flatMap((root) => ['kernel-logs/', 'ktap/'].map((name) => new URL(name, root)))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith('.log')).map((name) => readFileSync(new URL(name, folder))));

function parse(chunks: Iterable<Uint8Array>): unknown {
  const watch = createWatch([ktapExpect]);
  const judgement = judgeConsole(watch, chunks, [ktapExpect]);
  const parsed = describeConsole('console.log', judgement);
  return { parsed, excerpt: judgement.excerpt, reports: parsed.crashes.map((crash) => watch.excerpt({ line: crash.line, endLine: crash.endLine })) };
}

/** Cuts of very different lengths, again and again. */
function* cutBy(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

const lengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 30_000, max: 70_000 })), { minLength: 1, maxLength: 8 });
/** What guests and terminals add to logs. */
const noise = fc.constantFrom('', '\r', '\0', '\x1b[0m', '\x1b]0;title', '\xff\xfe', '\b', '\r\r');

describe('a parsed console', () => {
  it('is the same however the bytes are cut', () => {
    fc.assert(fc.property(fc.constantFrom(...logs), lengths, noise, (bytes, cuts, dirt) => {
      const dirty = dirt === '' ? bytes : Buffer.from(bytes.toString('latin1').replaceAll('\n', `${dirt}\n`), 'latin1');
      expect(parse(cutBy(dirty, cuts))).toEqual(parse([dirty]));
    }), { numRuns: 150 });
  });

  it('lists crashes in the order they appear, with every field scripts ask for', () => {
    const text = '[    1.000000][    C0] BUG: Bad page state in process x\n[    1.000001][    T7] WARNING: CPU: 0 PID: 1 at kernel/a.c:1 f+0x1/0x2\n[    1.000002][    T7] Call Trace:\n[    1.000003][    T7]  f+0x1/0x2\n[    1.000004][    T7] ---[ end trace 0 ]---\n' + '[    2.000000][    T7] x\n'.repeat(100);
    const { crashes, verdict } = describeConsole('a', judgeConsole(createWatch([ktapExpect]), [Buffer.from(text)], [ktapExpect]));
    expect(verdict).toBe('crash');
    expect(crashes).toEqual([
      expect.objectContaining({ title: 'BUG: Bad page state', type: null, line: 1, panicked: false }),
      { title: 'WARNING in f', type: 'WARNING', line: 2, endLine: 5, corrupted: false, panicked: false, function: 'f' },
    ]);
    expect(crashes[0]).toHaveProperty('corrupted');
  });

  it('says why it is no pass, and where', () => {
    const judged = (text: string) => describeConsole('-', judgeConsole(createWatch([ktapExpect]), [Buffer.from(text)], [ktapExpect]));
    expect(judged('KTAP version 1\n1..1\nok 1 a\n')).toMatchObject({ file: '-', verdict: 'pass', reason: '', crashes: [], results: { status: 'pass', total: 1, passed: 1, errors: 0 } });
    expect(judged('KTAP version 1\n1..1\nnot ok 1 a\n')).toMatchObject({ verdict: 'fail', reason: '1 result failed: a', line: 3 });
    expect(judged('hello\n')).toMatchObject({ verdict: 'fail', reason: 'missing evidence: no KTAP on the console' });
  });
});
