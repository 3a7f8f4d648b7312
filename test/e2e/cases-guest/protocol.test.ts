// What the harness asks of builtin:init beside its entries: drives, a network, a wait while services are asked, artifacts;
// and what LinuxKit's YAML asks of the host's init: volumes, runtime mounts, cgroups of old.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TestResult } from '../../../src/model/console.ts';
import type { Attempt } from '../../../src/model/report.ts';
import { cellOf, createProject, ranProject } from '../project.ts';

type Files = Parameters<typeof createProject>[0];

/** An entry that runs a script in an image with nothing but a shell. */
const entry = (name: string, script: string, more = '', ...binds: readonly string[]): string => `  - name: ${name}
    image: dir:./root
    command: ["/bin/sh", "-c", ${JSON.stringify(script)}]
    binds: ${JSON.stringify(['/bin/busybox:/bin/sh:ro', ...binds])}
${more}`;

const guestCase = (name: string, yaml: string, image: string): Files => ({
  [`cases/${name}/case.yaml`]: `summary: ${name}\n${yaml}`,
  [`cases/${name}/image.yml`]: `init: [builtin:init, apt:busybox-static]\n${image}`,
  [`cases/${name}/root/empty`]: '',
});

const file = (path: string, contents: string): string => `files: [{ path: ${path}, contents: ${JSON.stringify(contents)}, mode: "0644" }]\n`;

const files: Files = {
  ...guestCase('asked', `
drives: [{ source: ./data, mount: /mnt/my data }]
artifacts: [/var/log/*.log, /run/two words, /nowhere, /proc/version, /sys/kernel/mm/transparent_hugepage]
probe: { tcp: { port: 7, dialogue: [{ expect: "the drive says hello" }] } }
`, `services:
${entry('answers', `echo listening; exec nc -ll -p 7 -e /bin/sh -c 'cat "/data/the text"'`, '', '/mnt/my data:/data:ro')}
onshutdown:
${entry('last', 'echo kept >"/host/two words"; ! touch /data/file 2>/dev/null', '', '/run:/host', '/mnt/my data:/data')}
`),
  'cases/asked/data/the text': 'the drive says hello\n',

  ...guestCase('breaks', `
artifacts: [/var/log/broken.log]
probe: { tcp: { port: 7, dialogue: [{ expect: never }] }, deadline: 90s }
`, `services:
${entry('broken', 'echo starting; sleep 4; echo cannot go on; exit 9')}
onshutdown:
${entry('last', 'echo bye')}
`),

  ...guestCase('no-drive', '', `${file('etc/kit-test/drives', 'NOPE squashfs /x\n')}onboot:\n${entry('never', 'true')}\n`),
  ...guestCase('no-artifacts', '', `${file('etc/kit-test/artifacts', 'NOPE\n/etc/hosts\n')}onboot:\n${entry('fine', 'true')}\n`),
  ...guestCase('volumes', '', `
volumes: [{ name: shared }, { name: fixed, image: "dir:./fixed", readonly: true }]
onboot:
${entry('writes', 'echo text >/shared/file', '', 'shared:/shared')}
${entry('reads', 'cat /shared/file /fixed/text; ! touch /fixed/file 2>/dev/null', '', 'shared:/shared', 'fixed:/fixed:ro')}
`),
  'cases/volumes/fixed/text': 'from the image\n',

  ...guestCase('runtime', 'cmdline: [linuxkit.unified_cgroup_hierarchy=0]\n', `onboot:
${entry('prepared', 'cat /proc/mounts | grep /host/made; ls -d /cgroup/*/mine; ! touch /host/made/ro/x 2>/dev/null', `    runtime:
      cgroups: [mine]
      mkdir: [/run/made, /run/made/ro]
      mounts:
        - { type: tmpfs, source: tmpfs, destination: /run/made, options: [size=1m, nostrictatime] }
        - { type: bind, source: /usr, destination: /run/made/ro, options: [rbind, ro] }
`, '/run:/host', '/sys/fs/cgroup:/cgroup')}
${entry('unprepared', 'true', '    runtime: { mounts: [{ type: nonsense, source: none, destination: /run/x }] }\n')}
${entry('unconnected', 'true', '    runtime: { bindNS: { net: /run/net } }\n')}
`),
};

const ran = ranProject(files);

const attemptOf = (name: string): Attempt => cellOf(ran.report, name).attempts[0];
const latest = (path: string): Promise<string> => readFile(join(ran.project.folder, '.kit-test/runs/latest', path), 'utf8');
const consoleOf = async (name: string): Promise<string> => (await latest(attemptOf(name).console ?? '')).replaceAll('\r', '');
const artifactsOf = async (name: string): Promise<Record<string, string>> => {
  const found = attemptOf(name).artifacts;
  return Object.fromEntries(await Promise.all((found?.files ?? []).map(async ({ path }) => [path, await latest(join(found?.folder ?? '', path))] as const)));
};
const short = ({ name, status, detail }: TestResult): unknown[] => [name, status, ...(detail === undefined ? [] : [detail])];

it('waits while its services are asked, and shows them the drives', async () => {
  expect(attemptOf('asked').results.map(short).slice(0, 2)).toEqual([['answers', 'pass'], ['last', 'pass']]);
  expect(cellOf(ran.report, 'asked').verdict.kind).toBe('pass');
  expect(await consoleOf('asked')).toMatch(/^kit-test: ready\n(?:.*\n)*ok 1 answers$/m);
});

it('brings artifacts home, by globs and with blanks in their names', async () => {
  expect(await artifactsOf('asked')).toMatchObject({ 'run/two words': 'kept\n', 'var/log/answers.log': 'listening\n' });
});

it('goes on when a service fails while it is asked, and still shuts down and brings its log home', async () => {
  expect(attemptOf('breaks').results.map(short).slice(0, 2)).toEqual([['broken', 'fail', 'exit=9'], ['last', 'pass']]);
  expect(await consoleOf('breaks')).toMatch(/^kit-test: ready\n(?:.*\n)* {2}# starting\n {2}# cannot go on\nnot ok 1 broken # exit=9\n {2}bye\nok 2 last\nMoby test suite FAILED$/m);
  expect(await artifactsOf('breaks')).toEqual({ 'var/log/broken.log': 'starting\ncannot go on\n' });
  expect(cellOf(ran.report, 'breaks').verdict.kind).toBe('fail');
});

it('ends the run where a drive is missing', async () => {
  expect(await consoleOf('no-drive')).toMatch(/^# kit-test: there is no drive NOPE for \/x\nMoby test suite FAILED$/m);
  expect(cellOf(ran.report, 'no-drive').verdict.kind).toBe('fail');
});

it('brings home what the kernel makes up when it is read', async () => {
  expect(await artifactsOf('asked')).toMatchObject({ 'proc/version': expect.stringMatching(/^Linux version /) as string, 'sys/kernel/mm/transparent_hugepage/enabled': expect.stringContaining('never') as string });
});

it('never fails for artifacts that cannot be written', async () => {
  expect(await consoleOf('no-artifacts')).toMatch(/^ok 1 fine\n# kit-test: artifacts: there is no drive NOPE\nMoby test suite PASSED$/m);
  expect(cellOf(ran.report, 'no-artifacts').verdict.kind).toBe('pass');
});

it('shares volumes between containers, and keeps read-only ones', async () => {
  expect(attemptOf('volumes').results.map(short)).toEqual([['writes', 'pass'], ['reads', 'pass']]);
  expect(await consoleOf('volumes')).toMatch(/^ {2}text\n {2}from the image\nok 2 reads$/m);
});

it('prepares what the runtime section asks for, with the cgroups of old where the command line wants them', async () => {
  expect(attemptOf('runtime').results.map(short)[0]).toEqual(['prepared', 'pass']);
  expect(await consoleOf('runtime')).toMatch(/^ {2}tmpfs \/host\/made tmpfs rw,.*size=1024k.*\n(?:.*\n)* {2}\/cgroup\/(?:pids|freezer|devices)\/mine$/m);
});

it('starts no container whose runtime section fails or needs runc, and says why', async () => {
  expect(attemptOf('runtime').results.map(short).slice(1)).toEqual([['unprepared', 'fail', 'exit=125'], ['unconnected', 'fail', 'exit=125']]);
  const text = await consoleOf('runtime');
  expect(text).toContain('what its runtime section asks for failed');
  expect(text).toContain('interfaces and bindNS need runc: add apt:runc to init');
});
