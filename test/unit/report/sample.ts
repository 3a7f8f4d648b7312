// A run with everything a reporter has to cope with: each verdict, retries, nested and repeated results, hostile text.
import type { TestResult } from '../../../src/model/console.ts';
import type { PlannedCell, RunEvent } from '../../../src/model/events.ts';
import type { CellHistory } from '../../../src/model/history.ts';
import type { Attempt, CellResult, RoundPlan, RunReport, SeenCrash } from '../../../src/model/report.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { cellResultOf } from '../../../src/report/cell-result.ts';
import { foldEvents } from '../../../src/report/fold.ts';

export const hostile = [
  'cdata ]]> and again ]]> end',
  '::error::this is not a command',
  '   ::set-output name=x::y',
  '##[error]nor this',
  '\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J',
  'nul \0 bell \x07 backspace \b vertical \v delete \x7f c1 \x9b31m',
  'bidi \u202eesrever\u202c zero\u200bwidth \u2028 separator',
  'emoji 🐧 👩‍👩‍👧 é 漢字',
  'lone \ud800 surrogates \udc00\udc00, non-characters \uffff \ufffe',
  '<failure message="x">&amp; \' "',
  '- ok 1 # SKIP not \\# really {',
  '  ...',
  '---',
  'Bail out! never',
  '1..7',
  '',
  'x'.repeat(10_000),
];

export const at = (seconds: number): string => new Date(Date.UTC(2026, 10, 21, 9, 30, 0) + seconds * 1000).toISOString();

export const result = (name: string, status: TestResult['status'], more: Partial<TestResult> = {}): TestResult => ({ name, status, line: 10, children: [], ...more });

export const attempt = (verdict: Verdict, more: Partial<Attempt> = {}): Attempt => ({
  number: 1,
  verdict,
  results: [],
  durationMs: 2345,
  prepareMs: 120,
  ...(verdict.kind === 'skip' ? {} : { phases: { kernelMs: 40, imageMs: 80, waitMs: 1500, startMs: 95, bootMs: 1700, testMs: 380, endMs: 50, reportMs: 12 } }),
  accel: 'tcg',
  usage: { cpuMs: 2130, peakMemoryBytes: 180 * 1024 ** 2 },
  boot: { exit: { kind: 'exited', code: 0 }, durationMs: 2225, firstByteMs: 210, userspaceMs: 1800, consoleBytes: 48_211, stderr: '' },
  excerpt: [],
  kernel: { release: '6.12.57+deb13-cloud-amd64', digest: `sha256:${'a'.repeat(64)}`, origin: 'linux-image-6.12.57+deb13-cloud-amd64 6.12.57-1 (Debian trixie)' },
  image: { digest: `sha256:${'b'.repeat(64)}`, bytes: 4_194_304 },
  ...more,
});

export const planned = (id: string, skip?: string): PlannedCell => {
  const [name = '', kernel = '', arch = ''] = id.split('/');
  return { id, case: name, kernel, arch, summary: `what ${name} shows`, labels: ['smoke'], repeat: `kit-test run ${name} --kernel ${kernel} --arch ${arch}`, source: { file: `cases/${name}/case.yaml`, line: 2 }, ...(skip === undefined ? {} : { skip }) };
};

function filesOf(id: string, number: number): Pick<Attempt, 'console' | 'qemuCmd'> {
  const infix = number === 1 ? '' : `.${number}`;
  const folder = `cells/${id.replaceAll('/', '_')}`;
  return { console: `${folder}/console${infix}.log`, qemuCmd: `${folder}/qemu${infix}.cmd` };
}

export function cellResult(id: string, ...attempts: readonly [Attempt, ...Attempt[]]): CellResult {
  const cell = planned(id);
  const files = (each: Attempt): Attempt => (each.verdict.kind === 'skip' ? each : { ...filesOf(id, each.number), ...each });
  const [first, ...rest] = attempts;
  const last = rest.at(-1) ?? first;
  const flaky = last.verdict.kind === 'pass' && rest.length > 0;
  return { ...cell, attempts: [files(first), ...rest.map(files)], verdict: last.verdict, flaky, durationMs: attempts.reduce((sum, { durationMs }) => sum + durationMs, 0) };
}

/** The cell with what earlier runs say of it: the same end in a row, `failed` times, after passes. */
const remembered = (cell: CellResult, state: CellHistory['state'], failed: number, more: Partial<CellHistory> = {}): CellResult => ({
  ...cell,
  history: {
    state,
    runs: 6,
    failed,
    flaky: false,
    ...(state === 'new' ? {} : { since: { run: '20261118T093000000-1b2c', at: '2026-11-18T09:31:00.000Z', runs: failed } }),
    ends: Array.from({ length: 6 }, (_, index) => ({ run: `202611${String(index + 16).padStart(2, '0')}T093000000-1b2c`, verdict: index < 6 - failed ? 'pass' : 'fail' })),
    ...more,
  },
});

const excerpt = (from: number, lines: readonly string[]): Attempt['excerpt'] => lines.map((text, index) => ({ number: from + index, text }));

const oops = excerpt(118, [
  'ok 3 mount',
  'BUG: kernel NULL pointer dereference, address: 0000000000000008',
  '#PF: supervisor read access in kernel mode',
  'Oops: 0000 [#1] PREEMPT SMP PTI',
  'RIP: 0010:nsfs_evict+0x18/0x40',
  'Call Trace:',
  ' evict+0xd1/0x1a0',
  ' __dentry_kill+0x74/0x170',
  'Kernel panic - not syncing: Fatal exception',
]);

export const crash = (title: string, line: number, more: Partial<SeenCrash> = {}): SeenCrash => ({ kind: 'crash', title, type: 'UNKNOWN', line, endLine: line + 7, panicked: false, ...more });

const nullPointer = crash('BUG: unable to handle kernel NULL pointer dereference in nsfs_evict', 119, { type: 'NULL-POINTER-DEREFERENCE', panicked: true, function: 'nsfs_evict' });
const warning = crash('WARNING in tcp_reset', 90, { type: 'WARNING', function: 'tcp_reset' });

const passed: Verdict = { kind: 'pass' };

export const sampleCells: readonly CellResult[] = [
  remembered(cellResult('boot/6.1/x86_64', attempt({ kind: 'pass' }, { durationMs: 1900 })), 'fixed', 3),
  remembered(cellResult('boot/6.1/arm', attempt({ kind: 'timeout', phase: 'silence', limitMs: 60_000, reason: 'no byte for 60s; last line: "Run /init as init process"' }, { excerpt: excerpt(207, ['clk: Disabling unused clocks', 'Run /init as init process']) })), 'since', 3),
  cellResult(
    'namespaces/6.1/x86_64',
    attempt({ kind: 'pass' }, {
      results: [
        result('check', 'pass', {
          children: [
            result('mount', 'pass'),
            result('user', 'pass', { children: [result('map', 'pass'), result('map', 'pass'), result('later', 'fail', { informative: true, detail: 'told in a comment' })] }),
            result('time', 'skip', { detail: 'needs CONFIG_TIME_NS' }),
            result('known', 'xfail', { detail: 'upstream bug' }),
          ],
        }),
      ],
    }),
  ),
  cellResult(
    'namespaces/6.1/arm',
    attempt({ kind: 'fail', reason: 'check: 2 of 4 results failed', line: 121 }, {
      results: [result('check', 'fail', { children: [result('mount', 'pass', { durationMs: 1234 }), result('user', 'fail', { detail: 'unshare: Operation not permitted', line: 121 }), result('pid', 'missing'), result('uts', 'pass')] })],
      excerpt: excerpt(117, ['# Subtest: check', '1..4', 'ok 1 mount', '# unshare: Operation not permitted', 'not ok 2 user', 'random: crng init done']),
    }),
  ),
  remembered(cellResult('filesystems/6.1/x86_64', attempt({ kind: 'crash', title: 'BUG: unable to handle kernel NULL pointer dereference in nsfs_evict', line: 119, endLine: 126 }, { results: [result('mount', 'pass')], crashes: [warning, nullPointer], excerpt: oops })), 'since', 5),
  remembered(cellResult('filesystems/6.1/arm', attempt({ kind: 'crash', title: 'BUG: unable to handle kernel NULL pointer dereference in nsfs_evict', line: 119, endLine: 126 }, { crashes: [nullPointer, { ...nullPointer, line: 200 }], excerpt: oops })), 'new', 1),
  remembered(cellResult('network/6.1/x86_64', attempt({ kind: 'timeout', phase: 'total', limitMs: 120_000, reason: 'not done after 120s' }, { crashes: [warning], excerpt: excerpt(90, ['WARNING: CPU: 0 PID: 77 at net/ipv4/tcp_input.c:4411 tcp_reset+0x9c/0xa0', 'udhcpc: sending discover']) }), attempt({ kind: 'error', stage: 'boot', reason: 'QEMU was killed' }, { number: 2 }), attempt({ kind: 'pass' }, { number: 3 })), 'steady', 4, { flaky: true }),
  remembered(cellResult('network/6.1/arm', attempt({ kind: 'fail', reason: 'no lease' }), attempt({ kind: 'fail', reason: 'no lease' }, { number: 2 })), 'again', 4, { flaky: true }),
  cellResult('modules/6.1/x86_64', attempt({ kind: 'skip', reason: 'needs CONFIG_MODULES, which this kernel does not have' }, { durationMs: 0 })),
  remembered(cellResult('modules/6.1/arm', attempt({ kind: 'error', stage: 'kernel', reason: 'cannot download linux-image-armmp: connection reset\nthe server closed the connection', hint: 'run again: the download is resumed' })), 'since', 2),
  { ...cellResult('xattr/6.1/x86_64', attempt({ kind: 'fail', reason: '1 result failed: check (Operation not permitted)', line: 31 }, { known: { reason: 'the cloud kernel has no xattr here', link: 'https://bugs.example/77' }, results: [result('check', 'fail', { children: [result('user', 'pass'), result('trusted', 'fail', { detail: 'Operation not permitted', line: 31 })] })] })), known: { reason: 'the cloud kernel has no xattr here', link: 'https://bugs.example/77' } },
  { ...cellResult('xattr/6.1/arm', attempt({ kind: 'crash', title: 'WARNING in xattr_get', line: 90, endLine: 97 }, { known: { reason: hostile.join('\n') }, crashes: [crash('WARNING in xattr_get', 90, { expected: true })] })), known: { reason: hostile.join('\n') } },
  cellResult(
    'hostile/6.1/x86_64',
    attempt({ kind: 'fail', reason: hostile.join('\n'), line: 4 }, {
      crashes: hostile.slice(0, 6).map((title, index) => crash(title, index + 1, { corrupted: true })),
      results: hostile.map((text) => result(text, 'fail', { detail: text, children: [result(text, 'pass')] })),
      excerpt: excerpt(1, hostile),
    }),
  ),
  cellResult('hostile/6.1/arm', attempt({ kind: 'pass' }, { crashes: [{ ...warning, expected: true }], results: [result('fails, but the case expects something else', 'fail'), ...hostile.map((text) => result(text, 'pass'))] })),
  cachedCell('steady/6.1/x86_64', '20261120T093000000-1b2c'),
  cachedCell('steady/6.1/arm', '20261119T093000000-77aa'),
  roundsCell('wavers/6.1/x86_64', [passed, { kind: 'fail', reason: 'no lease' }, passed, passed, { kind: 'error', stage: 'boot', reason: 'QEMU was killed' }, { kind: 'fail', reason: '1 result failed: run (exit=7)' }, passed, passed]),
  roundsCell('wavers/6.1/arm', [passed, passed, passed, passed]),
];

/** A cell that was not run, for nothing had changed since it passed. */
export function cachedCell(id: string, run: string): CellResult {
  return cellResultOf(planned(id), [{ number: 1, verdict: passed, cached: { run, at: at(-24 * 3600) }, results: [result('check', 'pass')], durationMs: 2345, prepareMs: 12, accel: 'tcg', excerpt: [] }], undefined);
}

/** A cell that went in rounds, one for each verdict: what it left is kept of some. */
export function roundsCell(id: string, verdicts: readonly [Verdict, ...Verdict[]], plan: RoundPlan = { planned: verdicts.length }): CellResult {
  const began = Date.parse(at(0));
  const [first, ...rest] = cellResult(id, ...(verdicts.map((verdict, index) => attempt(verdict, { number: index + 1, durationMs: 1000 + 10 * index, phases: { kernelMs: 40, imageMs: 80, waitMs: 1500, startMs: 95, bootMs: 500, testMs: 355 + 10 * index, endMs: 50, reportMs: 12 }, startedAt: new Date(began + index * 3000).toISOString() })) as [Attempt, ...Attempt[]])).attempts;
  return cellResultOf(planned(id), [first, ...rest], plan);
}

/** The events of a run that ends with these cells. */
export function eventsOf(cells: readonly CellResult[]): readonly RunEvent[] {
  const id = '20261121T093000000-3f9a';
  const events: RunEvent[] = [
    {
      at: at(0),
      kind: 'run-start',
      id,
      folder: `.kit-test/runs/${id}`,
      tool: { name: 'kit-test', version: '0.1.0' },
      host: { os: 'linux', arch: 'x64', cpus: 4, memoryBytes: 8 * 1024 ** 3, node: 'v20.20.2', qemu: { 'qemu-system-x86_64': '7.2.22' } },
      command: ['kit-test', 'run', '--matrix'],
      concurrency: 2,
      cells: cells.map((cell) => planned(cell.id)),
    },
    { at: at(0), kind: 'notice', message: 'KVM opens but boots nothing on this host: using TCG' },
    { at: at(1), kind: 'download', name: 'linux-image-armmp', done: 1, total: 100, finished: false },
    { at: at(2), kind: 'download', name: 'linux-image-armmp', done: 100, total: 100, finished: true },
    { at: at(3), kind: 'template-end', template: { kernel: '6.1', arch: 'aarch64', startedAt: at(1), durationMs: 1900, usage: { cpuMs: 1700, peakMemoryBytes: 2 ** 27 } } },
  ];
  let second = 3;
  for (const cell of cells) {
    for (const each of cell.attempts) {
      for (const phase of ['kernel', 'image', 'boot'] as const) events.push({ at: at((second += 1)), kind: 'cell-phase', id: cell.id, attempt: each.number, phase });
      events.push({ at: at((second += 1)), kind: 'attempt-end', id: cell.id, attempt: each });
    }
    events.push({ at: at((second += 1)), kind: 'cell-end', result: cell });
  }
  const report = foldEvents(events, { at: at(second), interrupted: false });
  return [...events, { at: at(second), kind: 'run-end', report }];
}

export const sampleEvents = eventsOf(sampleCells);
export const sampleReport: RunReport = foldEvents(sampleEvents);
