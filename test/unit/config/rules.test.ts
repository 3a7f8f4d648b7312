import { describe, expect, it } from 'vitest';
import { issuesOf, shown } from './project-folder.ts';

const harness = (text: string) => ({ 'harness.config.ts': `export default { ${text} };\n` });

describe('rules of the project', () => {
  it.each<[string, string, string]>([
    ['a matrix kernel that matches nothing', `matrix: { kernels: ['6.1', '5.*'] }`, 'harness.config.ts:1:45 matrix.kernels[1] no kernel matches "5.*"'],
    ['a default kernel that is not there', `defaultKernel: '6.2'`, `harness.config.ts:1:33 defaultKernel there is no kernel "6.2"`],
    ['an unknown architecture', `matrix: { arch: ['x86_64', 'risc'] }`, 'harness.config.ts:1:45 matrix.arch[1] unknown architecture "risc"'],
    ['a rule whose case matches nothing', `matrix: { exclude: [{ case: 'bot' }] }`, 'harness.config.ts:1:46 matrix.exclude[0].case no case matches "bot"'],
    ['a rule whose kernel matches nothing', `matrix: { include: [{ kernel: '7.*' }] }`, 'harness.config.ts:1:48 matrix.include[0].kernel no kernel matches "7.*"'],
    ['a rule whose architecture matches nothing', `matrix: { exclude: [{ arch: 'mips*' }] }`, 'harness.config.ts:1:46 matrix.exclude[0].arch no architecture matches "mips*"'],
    ['a rule whose label matches nothing', `matrix: { exclude: [{ label: 'smok' }] }`, 'harness.config.ts:1:47 matrix.exclude[0].label no label matches "smok"'],
    ['a rule whose parts match no cell together', `matrix: { exclude: [{ kernel: '6.1', arch: 'arm' }] }`, 'harness.config.ts:1:38 matrix.exclude[0] this rule matches no cell: no case, kernel and architecture fulfil all of it'],
    ['a known failure whose case matches nothing', `known: [{ case: 'bot', reason: 'x' }]`, 'harness.config.ts:1:34 known[0].case no case matches "bot"'],
    ['a known failure whose parts match no cell together', `known: [{ kernel: '6.1', arch: 'arm', reason: 'x' }]`, 'harness.config.ts:1:26 known[0] this entry matches no cell: no kernel and architecture fulfil all of it'],
    ['a limit longer than the total', `timeouts: { boot: '5m' }`, 'harness.config.ts:1:36 timeouts.boot the boot limit of 5m 0s is longer than the total limit of 2m 0s'],
    ['a limit of nothing', `timeouts: { boot: '0s' }`, 'harness.config.ts:1:36 timeouts.boot expected a duration longer than nothing, got "0s"'],
    ['a limit beyond all timers', `timeouts: { total: '999999h' }`, 'harness.config.ts:1:37 timeouts.total expected a duration of at most 24h, got "999999h"'],
    ['a word of the runner that stands for nothing', `runner: { type: 'exec', command: ['x', '{kernal}'] }`, 'harness.config.ts:1:57 runner.command[1] {kernal} stands for nothing'],
    ['an architecture of the runner that does not exist', `runner: { type: 'exec', command: ['x', '{print}'], arch: ['arm65'] }`, 'harness.config.ts:1:76 runner.arch[0] there is no architecture "arm65"'],
  ])('report %s', async (_title, text, expected) => {
    expect(shown(await issuesOf(harness(text)))).toEqual([expected]);
  });

  it('suggest the names that were meant', async () => {
    const [issue] = await issuesOf(harness(`matrix: { exclude: [{ case: 'bot' }] }`));
    expect(issue?.hint).toBe('did you mean "boot"? cases: boot, true');
  });

  it('report an architecture of the matrix that no kernel has', async () => {
    const only = 'release: "6.12"\nsource: { type: apt, suite: sid, package: { x86_64: a } }\n';
    expect(shown(await issuesOf({ ...harness(`matrix: { arch: ['arm'] }`), 'kernels/6.12.yaml': only }))).toEqual(['harness.config.ts:1:35 matrix.arch[0] no kernel exists for arm']);
  });

  it.each<[string]>([
    [`matrix: { kernels: ['6.*'], arch: ['amd64'] }`],
    [`matrix: { exclude: [{ case: 'b*', arch: 'arm64' }, { label: 'smoke', kernel: '6.12', arch: 'arm' }] }`],
    [`matrix: { include: [{ arch: '*64' }] }, defaultKernel: '6.1'`],
  ])('accept %s', async (text) => {
    expect(await issuesOf(harness(text))).toEqual([]);
  });

  it('do not blame the configuration for a kernel whose file has a mistake', async () => {
    expect(shown(await issuesOf({ ...harness(`defaultKernel: '6.1', matrix: { kernels: ['6.1'], arch: ['arm'], exclude: [{ kernel: '6.1' }] }`), 'kernels/6.1.yaml': 'release: "6.1"\n' }))).toEqual([
      'kernels/6.1.yaml:1:1 source missing key "source": expected a mapping',
    ]);
  });
});

describe('rules of a case', () => {
  const issues = async (text: string) => shown(await issuesOf({ 'cases/boot/case.yaml': `summary: x\n${text}\n` }));

  it.each<[string, string, string]>([
    ['a version range that is none', 'needs: { kernel: "^6.1" }', 'cases/boot/case.yaml:2:18 needs.kernel expected a version range, got "^6.1": "^6.1" is not understood, for kernels have no semantic versions: name both ends; a range is written like ">=5.10 <6.6 || 7.x"'],
    ['an expectation that nothing could prove', 'expect: { protocol: none, fail: Oops }', 'cases/boot/case.yaml:2:9 expect nothing here could prove a pass'],
    ['a limit longer than the total', 'timeouts: { silence: 90s, total: 60s }', 'cases/boot/case.yaml:2:22 timeouts.silence the silence limit of 1m 30s is longer than the total limit of 1m 0s'],
    ['a probe that outlasts the boot', 'timeouts: { total: 60s }\nprobe: { http: { port: 80 }, deadline: 1m }', 'cases/boot/case.yaml:3:40 probe.deadline the deadline of 1m 0s is not before the total limit of 1m 0s'],
    ['a probe that asks two things', 'probe: { http: { port: 80 }, command: [x] }', 'cases/boot/case.yaml:2:8 probe expected exactly one of http, tcp, command'],
    ['a dialogue that expects nothing', 'probe: { tcp: { port: 80, dialogue: [{ send: x }] } }', 'cases/boot/case.yaml:2:37 probe.tcp.dialogue expected a step with `expect`: a connection alone proves nothing, for QEMU accepts it before the guest does'],
    ['a port that is none', 'probe: { command: [x, "{port:http}"] }', 'cases/boot/case.yaml:2:23 probe.command[1] expected {port:N} with a port of the guest from 1 to 65535, got "{port:http}"'],
    ['two drives at one place', 'drives: [{ source: a, mount: /mnt }, { source: b, mount: /mnt/ }]', 'cases/boot/case.yaml:2:58 drives[1].mount another drive is mounted at /mnt already'],
    ['a drive over what the guest needs', 'drives: [{ source: a, mount: /mnt/../usr/ }]', 'cases/boot/case.yaml:2:30 drives[0].mount a drive cannot be mounted at /usr'],
    ['a drive over everything', 'drives: [{ source: a, mount: / }]', 'cases/boot/case.yaml:2:30 drives[0].mount a drive cannot be mounted at /'],
    ['an exit status that none has', 'expect: { exit: 256 }', 'cases/boot/case.yaml:2:17 expect.exit expected a whole number of at most 255, got 256'],
    ['an exit status of a service', 'run: { command: [x] }\nprobe: { http: { port: 80 } }\nexpect: { exit: 0 }', 'cases/boot/case.yaml:4:17 expect.exit with a `probe` the command of `run` is a service, which is asked while it runs'],
    ['two exit statuses', 'expect: [{ exit: 0 }, { exit: 1 }]', 'cases/boot/case.yaml:2:31 expect[1].exit another expectation wants exit status 0: both can never hold'],
    ['results that nothing reads', 'expect: { protocol: none, pass: x, results: 3 }', 'cases/boot/case.yaml:2:45 expect.results no results are read here: the protocol is none'],
    ['a port that nothing is read on', 'results: port\nexpect: { pass: x }', 'cases/boot/case.yaml:2:10 results nothing that is expected here is told over a port: no protocol, no exit status'],
    ['no result at least', 'expect: { results: 0 }', 'cases/boot/case.yaml:2:20 expect.results expected a whole number of at least 1, got 0'],
    ['more results at least than at most', 'expect: { results: { min: 3, max: 2 } }', 'cases/boot/case.yaml:2:20 expect.results expected min not to be more than max'],
    ['a number of results that says nothing', 'expect: { results: {} }', 'cases/boot/case.yaml:2:20 expect.results expected min, max, or both'],
    ['a duration that no boot can have', 'expect: { duration: 2m }', 'cases/boot/case.yaml:2:21 expect.duration 2m 0s is not less than the total limit of 2m 0s'],
    ['a shortest duration beyond the longest', 'expect: { duration: { min: 20s, max: 10s } }', 'cases/boot/case.yaml:2:21 expect.duration expected min not to be longer than max'],
    ['a duration that is none', 'expect: { duration: soon }', 'cases/boot/case.yaml:2:21 expect.duration expected a duration such as 500ms, 90s, 2m or 1h, got "soon"'],
    ['a mistyped bound', 'expect: { duration: { maximum: 10s } }', 'cases/boot/case.yaml:2:23 expect.duration.maximum unknown key "maximum"'],
    ['a dialog without a step', 'expect: { dialog: [] }', 'cases/boot/case.yaml:2:19 expect.dialog expected a list of mappings with at least 1 item, got an empty list'],
    ['a step that waits for nothing', 'expect: { dialog: [{ send: root }] }', 'cases/boot/case.yaml:2:20 expect.dialog[0].wait missing key "wait": expected a string'],
    ['a step that waits for an expression that is none', 'expect: { dialog: [{ wait: a }, { wait: "/(/" }] }', 'cases/boot/case.yaml:2:41 expect.dialog[1].wait expected a regular expression between the slashes (Invalid regular expression: /(/: Unterminated group), got "/(/"'],
    ['a step that comes before anything is printed', 'expect: { dialog: [{ wait: "/# ?$|/" }] }', 'cases/boot/case.yaml:2:28 expect.dialog[0].wait expected an expression that does not match before anything is printed, got "/# ?$|/"'],
    ['a step that waits for two lines', 'expect: { dialog: [{ wait: "a\\nb" }] }', 'cases/boot/case.yaml:2:28 expect.dialog[0].wait expected text of one line: a step looks at one line at a time, got "a\\nb"'],
    ['a step that sends nothing', 'expect: { dialog: [{ wait: a, send: "" }] }', 'cases/boot/case.yaml:2:37 expect.dialog[0].send expected a string that is not empty, got ""'],
    ['a step with a mistyped deadline', 'expect: { dialog: [{ wait: a, within: 30 }] }', 'cases/boot/case.yaml:2:39 expect.dialog[0].within expected a duration such as 500ms, 90s, 2m or 1h, got 30'],
    ['a step with no time', 'expect: { dialog: [{ wait: a, within: 0s }] }', 'cases/boot/case.yaml:2:39 expect.dialog[0].within expected a duration longer than nothing, got "0s"'],
    ['a mistyped word in a step', 'expect: { dialog: [{ wait: a, sends: b }] }', 'cases/boot/case.yaml:2:31 expect.dialog[0].sends unknown key "sends"'],
    ['a step that outlasts the boot', 'timeouts: { total: 60s }\nexpect: [{ pass: x }, { dialog: [{ wait: a }, { wait: b, within: 1m }] }]', 'cases/boot/case.yaml:3:66 expect[1].dialog[1].within the deadline of 1m 0s is not before the total limit of 1m 0s'],
    ['two dialogs', 'expect: [{ dialog: [{ wait: a }] }, { dialog: [{ wait: b }] }]', 'cases/boot/case.yaml:2:47 expect[1].dialog another expectation has a dialog: there is one console to type on'],
    ['a known failure without a reason', 'known: [{ kernel: "6.1" }]', 'cases/boot/case.yaml:2:9 known[0].reason missing key "reason": expected a string'],
    ['a known failure of a kernel that is not there', 'known: [{ kernel: "6.2", reason: x }]', 'cases/boot/case.yaml:2:19 known[0].kernel no kernel matches "6.2"'],
    ['a known failure of one kernel of several that is not there', 'known: [{ kernel: ["6.1", "6.2"], reason: x }]', 'cases/boot/case.yaml:2:27 known[0].kernel[1] no kernel matches "6.2"'],
    ['a known failure in a version range that is none', 'known: [{ kernel: ">=new", reason: x }]', 'cases/boot/case.yaml:2:19 known[0].kernel expected a version range, got ">=new": ">=new" is neither a version nor a comparison with one; a range is written like ">=5.10 <6.6 || 7.x"'],
    ['a known failure of an unknown architecture', 'known: [{ arch: arm65, reason: x }]', 'cases/boot/case.yaml:2:17 known[0].arch no architecture matches "arm65"'],
    ['a known failure of a medium that the case does not boot from', 'known: [{ medium: iso-efi, reason: x }]', 'cases/boot/case.yaml:2:19 known[0].medium no boot medium matches "iso-efi"'],
    ['a known failure that no cell can have', 'known: [{ kernel: ">=7", reason: x }]', 'cases/boot/case.yaml:2:9 known[0] this entry matches no cell: no kernel and architecture fulfil all of it'],
    ['a known failure of a result and a crash', 'known: [{ result: a, crash: b, reason: x }]', 'cases/boot/case.yaml:2:9 known[0] expected at most one of result, crash, verdict: an entry for each'],
    ['a known error of our own', 'known: [{ verdict: error, reason: x }]', 'cases/boot/case.yaml:2:20 known[0].verdict expected one of fail, crash, timeout or a list, got "error"'],
    ['a known failure whose link is none', 'known: [{ reason: x, link: bug 7 }]', 'cases/boot/case.yaml:2:28 known[0].link expected an http or https URL, got "bug 7"'],
    ['a known failure whose link runs in the reader', 'known: [{ reason: x, link: "javascript:alert(1)" }]', 'cases/boot/case.yaml:2:28 known[0].link expected an http or https URL, got "javascript:alert(1)"'],
    ['memory that no kernel boots in', 'memory: 1M', 'cases/boot/case.yaml:2:9 memory expected a size from 32M to 1024G, got "1M"'],
  ])('report %s', async (_title, text, expected) => {
    expect(await issues(text)).toEqual([expected]);
  });

  it.each([['known: [{ kernel: [">=6.9", "6.1"], arch: [arm64, x86*], result: a, reason: x, link: "https://bugs.example/1" }, { verdict: [crash, timeout], sometimes: true, reason: y }]'], ['needs: { kernel: ">=5.10 <6.6 || 7.x", arch: [arm64] }'], ['expect: { crash: true }'], ['expect: [{ pass: a }, { fail: b }]'], ['expect: { fail: b }'], ['expect: { exit: 0, results: 3, duration: 10s }'], ['expect: [{ exit: 3, protocol: none }, { exit: 3, results: { max: 3 }, duration: { min: 1s, max: 1s } }]'], ['timeouts: { boot: 3m, total: 5m }'], ['expect: { dialog: [{ wait: "login: ", send: "root\\n", within: 10s }, { wait: "/# $/" }] }'], ['expect: { protocol: none, dialog: [{ wait: a }] }'], ['expect: { protocol: none }\nprobe: { command: [x, "{port:80}"] }'], ['probe: [{ http: { port: 80 } }, { tcp: { port: 1, dialogue: [{ expect: hi }] } }]']])('accept %s', async (text) => {
    expect(await issues(text)).toEqual([]);
  });
});
