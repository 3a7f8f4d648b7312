// Talks with real guests on their consoles: a login on a getty, prompts of a shell, one that is never asked.
import { describe, expect, it } from 'vitest';
import { verdictReason } from '../../src/model/verdict.ts';
import { cellOf, ranProject, scriptCase } from './project.ts';

/** As a product's image has it: its own init, which starts a getty on the console. The password is `open sesame`. */
const gettyImage = `init: ["apt:busybox-static"]
files:
  - path: init
    mode: "0755"
    contents: |
      #!/usr/bin/busybox sh
      /usr/bin/busybox --install -s /bin
      mkdir -p /dev /proc /sys /root /tmp
      mount -t devtmpfs dev /dev 2>/dev/null
      mount -t proc proc /proc
      hostname lock
      exec /bin/init
  - { path: etc/inittab, contents: "::respawn:/bin/getty -L 0 /dev/console vt100\\n::shutdown:/bin/true\\n" }
  - { path: etc/passwd, contents: "root:x:0:0:root:/root:/bin/sh\\n" }
  - { path: etc/group, contents: "root:x:0:\\n" }
  - { path: etc/shadow, mode: "0600", contents: "root:$1$kittest$UE/KvoHCzxuzI94Q5FjaU0:19000:0:99999:7:::\\n" }
`;

const login = (password: string, after: string): string => `summary: logs in
expect:
  dialog:
    - { wait: "lock login: ", send: "root\\n" }
    - { wait: "Password: ", send: "${password}\\n" }
    - ${after}
`;

const asks = [
  'printf "What is your name? " >/dev/console',
  'read -r name </dev/console',
  'printf "Sure, %s (y/n)? " "$name" >/dev/console',
  'read -r sure </dev/console',
  'echo "$sure to $name"',
  '[ "$sure" = y ]',
].join('\n');
const answers = (sure: string): string => `dialog: [{ wait: "name? ", send: "Ada\\n" }, { wait: '/Sure, Ada \\(y\\/n\\)\\? $/', send: "${sure}\\n" }, { wait: "${sure} to Ada" }]`;

const x86 = 'needs: { arch: [x86_64] }';
const rest = 'needs: { arch: [aarch64, arm] }';
const files = {
  'harness.config.ts': "export default { matrix: { kernels: ['6.1'], arch: ['x86_64', 'aarch64', 'arm'] }, accel: 'tcg' };\n",
  'cases/logs-in/case.yaml': login('open sesame', '{ wait: "# ", send: "echo I am $(id -un)\\n" }\n    - { wait: "/^I am root/", send: "poweroff -f\\n" }'),
  'cases/logs-in/image.yml': gettyImage,
  'cases/is-refused/case.yaml': `${login('open barley', '{ wait: "/^lock:.*# $/", within: 3s }')}${x86}\n`,
  'cases/is-refused/image.yml': gettyImage,
  ...scriptCase('asks', asks, `expect: { protocol: ktap, exit: 0, results: 1, ${answers('y')} }\n${rest}`),
  ...scriptCase('is-told-no', asks, `expect: { protocol: ktap, ${answers('n')} }\n${rest}`),
  ...scriptCase('never-asks', 'echo not yet; sleep 100', `expect: { dialog: [{ wait: "name? ", within: 2s, send: "Ada\\n" }, { wait: Hello }] }\n${rest}`),
  ...scriptCase('ends-before', 'echo bye', `expect: { dialog: [{ wait: bye }, { wait: "name? " }] }\n${rest}`),
  ...scriptCase('is-quiet', 'sleep 25; echo at last', 'expect: { dialog: [{ wait: at last, within: 15s }] }\ntimeouts: { silence: 5s }\nneeds: { arch: [aarch64] }'),
  ...scriptCase('panics', 'printf "name? "; echo; sleep 1; echo c >/proc/sysrq-trigger', 'expect: { dialog: [{ wait: "name? " }, { wait: Hello }] }\nneeds: { arch: [aarch64] }'),
  // The answer would end the wait for the probe, if it were typed at once.
  'cases/is-probed/case.yaml': 'summary: is asked from outside, too\nexpect: { protocol: ktap, dialog: [{ wait: "early?", send: "late\\n" }] }\nprobe: { command: [sleep, "4"], name: slow }\nneeds: { arch: [aarch64] }\n',
  'cases/is-probed/image.yml': `init: ["builtin:init", "apt:busybox-static"]
services:
  - { name: asks, image: "dir:./root", binds: ["/bin/busybox:/bin/sh:ro"], command: [/bin/sh, -c, "sleep 2; echo early?; sleep 1000"] }
onshutdown:
  - { name: reads, image: "dir:./root", binds: ["/bin/busybox:/bin/sh:ro", "/dev:/dev"], command: [/bin/sh, -c, 'read -r word </dev/console; [ "$word" = late ]'] }
`,
  'cases/is-probed/root/empty': '',
};

const ran = ranProject(files);

describe('a dialog with a guest', () => {
  it.each<[string, string, string, string, RegExp]>([
    ['logs in on a getty and powers it off', 'logs-in', 'x86_64', 'pass', /^$/],
    ['logs in on a getty and powers it off', 'logs-in', 'aarch64', 'pass', /^$/],
    ['logs in on a getty and powers it off', 'logs-in', 'arm', 'pass', /^$/],
    ['is refused with another password', 'is-refused', 'x86_64', 'fail', /^dialog step 3 of 3: no \/\^lock:\.\*# \$\/ within 9\.0s; (task login:\d+ waits for input in n_tty_read; )?last line: (Login incorrect|lock login:)/],
    ['answers prompts, beside all else that is expected', 'asks', 'aarch64', 'pass', /^$/],
    ['answers prompts, beside all else that is expected', 'asks', 'arm', 'pass', /^$/],
    ['does not make up for a result that fails', 'is-told-no', 'aarch64', 'fail', /^1 result failed: run \(exit=1\)$/],
    ['does not make up for a result that fails', 'is-told-no', 'arm', 'fail', /^1 result failed: run \(exit=1\)$/],
    ['fails at a deadline, stretched as limits are', 'never-asks', 'aarch64', 'fail', /^dialog step 1 of 2: no "name\? " within 6\.0s; (task sleep:\d+ waits in do_nanosleep; )?last line: not yet$/],
    ['fails at a deadline, stretched as limits are', 'never-asks', 'arm', 'fail', /^dialog step 1 of 2: no "name\? " within 8\.0s; (task sleep:\d+ waits in do_nanosleep; )?last line: not yet$/],
    ['fails when the guest ends before', 'ends-before', 'aarch64', 'fail', /^missing evidence: dialog step 2 of 2: no "name\? " on the console; last line: .*reboot: Power down$/],
    ['has the time of its deadline, however silent the guest is', 'is-quiet', 'aarch64', 'pass', /^$/],
    ['gives way to a crash', 'panics', 'aarch64', 'crash', /^kernel panic: sysrq triggered crash$/],
    ['answers when the probes have been asked', 'is-probed', 'aarch64', 'pass', /^$/],
  // Where it waited is told where it answered in time.
  ])('%s (%s on %s)', (_, name, arch, kind, reason) => {
    const { verdict } = cellOf(ran.report, name, arch);
    expect([verdict.kind, verdictReason(verdict)]).toEqual([kind, expect.stringMatching(reason)]);
  });

  it('is told in the report, step by step', async () => {
    const [{ dialog, results }] = cellOf(ran.report, 'never-asks', 'aarch64').attempts;
    expect(dialog).toEqual([
      { wait: 'name? ', status: 'fail', durationMs: expect.closeTo(6000, -4) as number, limitMs: 6000 },
      { wait: 'Hello', status: 'missing', durationMs: 0, limitMs: 90_000 },
    ]);
    expect(results).toEqual([
      { name: 'dialog step 1: "name? "', status: 'fail', detail: 'not within 6.0s', line: 0, children: [] },
      { name: 'dialog step 2: "Hello"', status: 'missing', detail: 'not reached', line: 0, children: [] },
    ]);
    const [asked] = cellOf(ran.report, 'logs-in', 'x86_64').attempts;
    expect(asked.dialog?.map(({ status }) => status)).toEqual(['pass', 'pass', 'pass', 'pass']);
    expect(await ran.project.read('.kit-test/runs/latest/junit.xml')).toContain('dialog step 2: &quot;Password: &quot;');
  });

  it.each([['logs-in+6.1+x86_64', 'logs-in', 'pass', 0], ['is-refused+6.1+x86_64', 'is-refused', 'fail', 1], ['ends-before+6.1+arm', 'ends-before', 'fail', 1]])('is found the same in the saved console of %s', async (cell, name, verdict, code) => {
    const parsed = await ran.project.run(['parse', '--format', 'ndjson', '--case', name, `.kit-test/runs/latest/cells/${cell}`]);
    expect(JSON.parse(parsed.stdout)).toMatchObject({ verdict, notJudged: [] });
    expect(parsed.code).toBe(code);
  });

  it('is judged by its order where nothing tells of its time', async () => {
    await ran.project.write({ 'moved.log': 'host login: \nlock login: root\nPassword: \n~ # echo I am $(id -un)\nI am root\n' });
    const parsed = await ran.project.run(['parse', '--case', 'logs-in', '--format', 'ndjson', 'moved.log']);
    expect(parsed).toMatchObject({ code: 0, stderr: 'not judged deadlines of case logs-in: a console shows the steps of a dialog, not when they came; the folder of the run does\n' });
    expect(JSON.parse(parsed.stdout)).toMatchObject({ verdict: 'pass', notJudged: ['deadlines'] });
  });
});
