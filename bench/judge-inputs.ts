// Consoles of any size for the benchmark of the judge: real logs and hostile lines, always the same, repeated while they are
// sent. Nothing of them is ever whole in memory or in a file.
import { existsSync, readFileSync, readdirSync } from 'node:fs';

/** What is sent once, and what comes after it again and again. */
export interface ConsoleInput {
  readonly head?: string;
  readonly body: Buffer;
}

const mebibyte = 1024 ** 2;
/** As much as a pipe carries at once, as a live console comes. */
const chunkBytes = 64 * 1024;
const own = new URL('../test/corpus/', import.meta.url);
// A larger collection beside the checkout, where there is one.
const shared = new URL('../../shared/corpus/', import.meta.url);

/** `bytes` of an input, in chunks that are views on it. */
export function* chunksOf({ head = '', body }: ConsoleInput, bytes: number): Generator<Uint8Array> {
  yield Buffer.from(head);
  for (let sent = head.length, at = 0; sent < bytes;) {
    const chunk = body.subarray(at, at + Math.min(chunkBytes, bytes - sent));
    yield chunk;
    sent += chunk.length;
    at = at + chunk.length === body.length ? 0 : at + chunk.length;
  }
}

/** Inputs by name, each made when it is asked for. */
export const consoleInputs: Readonly<Record<string, () => ConsoleInput>> = {
  'real failures': () => logs('kernel-logs', existsSync(shared) ? shared : own, /\.log$/),
  'real boots': () => logs('kernel-logs', own, /^(?:boot|containers|modules|network|init)-.*\.log$/),
  'KTAP logs': () => logs('ktap', existsSync(shared) ? shared : own, /\.log$/),
  'KTAP without end': () => ({ head: 'kit-test: init 1\nKTAP version 1\n', body: lines((number) => `  KTAP version 1\n  # Subtest: suite_${number}\n  1..3\n    ok 1 first case of ${number}\n    # a diagnostic line, value=${number}\n    ${number % 50 === 0 ? 'not ok' : 'ok'} 2 second case\n    ok 3 third # SKIP no device\n${number % 50 === 0 ? 'not ok' : 'ok'} suite_${number}\n[  ${String(number % 1000).padStart(3)}.123456] usb 1-1: new device\n`) }),
  'megabyte lines': () => ({ body: Buffer.from(`${'x'.repeat(mebibyte)}\n[    1.000000] ${'WARNING: CPU: '.repeat(mebibyte / 14)}\n${'[ '.repeat(mebibyte / 2)}\n  ok 1 ${'# '.repeat(mebibyte / 2)}\n`) }),
  'a line without end': () => ({ head: '[    1.000000] ', body: Buffer.from('abcdefghijklmnopqrstuvwxyz 0123456789 BUG: '.repeat(20_000)) }),
  escapes: () => ({ body: lines((number) => `\x1b[1;3${number % 8}mcoloured\x1b[0m \x1b[Kline ${number} \x1b]0;title\x07 \x1b[${'0;'.repeat(number % 20)}\n\x1b]never ended ${number}\x1b[\n`) }),
  'zeros and carriage returns': () => ({ body: lines((number) => `\0\0 ${number % 100}%\r${'#'.repeat(number % 60)}\r\b\b done\0\r\n${'\0'.repeat(number % 300)}\r\r\r\n`) }),
  'no UTF-8': () => ({ body: noise(4 * mebibyte) }),
  'near crashes': () => ({ body: lines((number) => `[    1.${String(number % 1_000_000).padStart(6, '0')}] ${nearCrashes[number % nearCrashes.length] ?? ''} ${number}\n`) }),
  'crashes without bodies': () => ({ body: lines((number) => `[    1.${String(number % 1_000_000).padStart(6, '0')}] ${crashHeaders[number % crashHeaders.length]?.replace('FUNCTION', `function_${number}`) ?? ''}\n`) }),
  'deep nesting': () => ({ head: 'KTAP version 1\n', body: lines((number) => { const indent = ' '.repeat(2 * (number % 1000)); return `${indent}KTAP version 1\n${indent}1..2\n${indent}ok 1 a\n`; }) }),
  'lines printed into': () => ({ head: 'KTAP version 1\n', body: lines((number) => `ok ${number} a na[    1.000000] usb 1-1: new[    1.000001] device\nme\n`) }),
  'mixed pieces': () => ({ body: mixture() }),
};

function logs(name: string, root: URL, names: RegExp): ConsoleInput {
  const folder = new URL(`${name}/`, root);
  const texts = readdirSync(folder).filter((file) => names.test(file)).sort().map((file) => readFileSync(new URL(file, folder)));
  return { body: Buffer.concat(texts.flatMap((text) => [text, Buffer.from(text.at(-1) === 0x0a ? '' : '\n')])) };
}

/** A few megabytes of lines, numbered from 1. */
function lines(line: (number: number) => string): Buffer {
  const parts: string[] = [];
  for (let number = 1, length = 0; length < 4 * mebibyte; number += 1) {
    const text = line(number);
    parts.push(text);
    length += text.length;
  }
  return Buffer.from(parts.join(''));
}

/** Numbers from 0 to 2³²-1 that look random (xorshift). */
function randomNumbers(): () => number {
  let state = 2_463_534_242;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function noise(bytes: number): Buffer {
  const random = randomNumbers();
  return Buffer.from(Uint8Array.from({ length: bytes }, () => random() & 0xff));
}

function mixture(): Buffer {
  const random = randomNumbers();
  const parts: string[] = [];
  for (let length = 0; length < 4 * mebibyte;) {
    const piece = pieces[random() % pieces.length] ?? '';
    parts.push(piece);
    length += piece.length;
  }
  return Buffer.from(parts.join(''));
}

/** Beginnings of reports that go on otherwise. */
const nearCrashes = [
  'BUG', 'BUG : KASAN', 'WARNING:', 'WARNING : CPU: 1 PID', 'INFO: task is', 'INFO: rcu_', 'Kernel panic', 'Kernel pani - not syncing: x', 'Unable to handle', 'Unable to', 'general protection', 'Oop', 'Internal erro: Oops',
  'KASAN:', 'KCSAN: data', 'UBSAN:', 'UBSAN is on', 'divide err', 'invalid opcod', 'stack segm', 'rcu: INFO', 'watchdog: soft lockup', 'possible recursive lock', 'unregister_netdevice', '-----------[ cut here ]--', '===================', 'Linux versio 6.1.0', 'Run /sbin/init as ini', 'kit-test: ini',
  'TAP versio 1', 'ok', 'not o', '1..', '--- PASS', '=== RU', 'a.py::', 'T PASS:', 'TPAS:', 'collected x items', 'page_alloc', 'trap', 'scheduling while', 'sleeping function', 'kernel BUG', 'U-Boot', 'SeaBIOS (', 'reboot:',
];

const crashHeaders = [
  'BUG: KASAN: slab-use-after-free in FUNCTION+0x1/0x2', 'WARNING: CPU: 1 PID: 1 at a.c:1 FUNCTION+0x1/0x2', 'BUG: unable to handle page fault for address: ffffffff12345678', 'general protection fault: 0000 [#1] SMP', 'INFO: task FUNCTION:1 blocked for more than 120 seconds.', 'rcu: INFO: rcu_sched self-detected stall on CPU',
  'BUG: sleeping function called from invalid context at FUNCTION.c:1', 'UBSAN: shift-out-of-bounds in FUNCTION.c:1:2', 'Kernel panic - not syncing: FUNCTION', 'BUG: KCSAN: data-race in FUNCTION / b', 'Internal error: Oops: 5 [#1] SMP ARM', 'RIP: 0010:FUNCTION+0x1/0x2', 'Call Trace:', ' FUNCTION+0x1/0x2', '---[ end trace 0 ]---', '------------[ cut here ]------------',
];

/** What fits together in some orders and not in most. */
const pieces = [
  ...crashHeaders.map((header) => `${header}\n`), ...nearCrashes.map((start) => `${start}\n`), '[    1.000000] ', '[    1.000000][    T1] ', '[    2.000000][    C0] ', '', ' ', '\t', '\n', '\r', '\r\n', '\x1b[1m', '\x1b]0;', '\0', '<6>[    1.0000',
  'KTAP version 1\n', 'TAP version 13\n', '1..3\n', 'ok 1 a\n', 'not ok 2 b # TODO\n', 'ok 3 ', '    # Subtest: x\n', '# selftests: a: b\n', '  ---\n', '  ...\n', 'Bail out! x\n', '# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:0 error:0\n', 'kit-test: begin\n', 'kit-test: end exit=1\n',
  '=== RUN   TestA\n', '--- FAIL: TestA (0.00s)\n', 'ok  \tpackage\t0.1s\n', 'a.c:1: TPASS: fine\n', 'Summary:\npassed   1\n', 'tests/test_a.py::test_b PASSED\n', '===== 1 passed in 0.1s =====\n', 'Linux version 6.1.0\n',
];
