// What builtin:init does with the sections of an image, the same by change of root and by runc, and that its last word
// reaches the host.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestResult } from '../../../src/model/console.ts';
import type { Attempt, RunReport } from '../../../src/model/report.ts';
import { cellOf, createProject, scriptCase, type Project } from '../project.ts';

const lines = 3000;
const longText = `i=0; while [ $i -lt ${lines} ]; do i=$((i + 1)); echo "line $i"; done`;

/** An entry that runs a script in an image with nothing but a shell. */
const entry = (name: string, script: string, more = '', ...binds: readonly string[]): string => `  - name: ${name}
    image: dir:./root
    command: ["/bin/sh", "-c", ${JSON.stringify(script)}]
    binds: ${JSON.stringify(['/bin/busybox:/bin/sh:ro', ...binds])}
${more}`;

const image = (init: string): string => `init: [builtin:init, ${init}]
onboot:
${entry('quiet', 'true')}
${entry('fails', 'printf "no newline at the end"; exit 3')}
${entry('skips', 'echo "1..0 # SKIP nothing to do here"; exit 4')}
${entry('leaves', 'sleep 10000 & echo left it')}
${entry('surroundings', 'pwd; echo "$WORD"; echo "${HOME-none}"; unshare -U -r id -u', '    capabilities: [all]\n    cwd: /some/where\n    env: ["WORD=it\'s a \\"word\\""]\n')}
services:
${entry('dies', 'for i in 1 2 3 4 5 6 7; do echo "oh $i"; done; exit 7')}
${entry('finishes', 'true')}
${entry('stays', 'echo here; exec sleep 10000')}
onshutdown:
${entry('last', 'cat /log/stays.log; echo bye', '', '/var/log:/log:ro')}
`;

/** In a container that sees init: what all runc of the guest runs from while one more container waits for its start. */
const lookAtRunc = `nsenter -t 1 -m /bin/sh -c '
mkdir -p /run/made/rootfs/bin; cd /run/made; cp /bin/busybox rootfs/bin/sh; runc spec; sed -i "s/true/false/" config.json
/run/kit-test/runc create made </dev/null >/dev/null 2>&1; for exe in /proc/[0-9]*/exe; do readlink $exe; done | grep runc; runc delete -f made'`;

let project: Project;
let report: RunReport;
beforeAll(async () => {
  const cases = Object.entries({ plain: 'apt:busybox-static', runc: 'apt:busybox-static, apt:runc' });
  project = await createProject({
    ...Object.fromEntries(cases.flatMap(([name, init]) => [
      [`cases/${name}/case.yaml`, `summary: ${name}\n`],
      [`cases/${name}/image.yml`, image(init)],
      [`cases/${name}/root/empty`, ''],
    ])),
    'cases/impossible/case.yaml': 'summary: impossible\n',
    'cases/impossible/image.yml': `init: [builtin:init, apt:busybox-static]\nonboot:\n${entry('other', 'true', '    uid: 1000\n')}
  - { name: idle, image: "dir:./root", command: [] }\n`,
    'cases/impossible/root/empty': '',
    'cases/sealed/case.yaml': 'summary: sealed\n',
    'cases/sealed/image.yml': `init: [builtin:init, apt:busybox-static, apt:runc]\nonboot:\n${entry('looks', lookAtRunc, '    capabilities: [all]\n    pid: host\n')}`,
    'cases/sealed/root/empty': '',
    ...scriptCase('long', longText),
  });
  await project.run(['run', '--matrix']);
  report = await project.report();
});
afterAll(() => project[Symbol.asyncDispose]());

const attemptOf = (name: string): Attempt => cellOf(report, name).attempts[0];
const consoleOf = async (name: string): Promise<string> => (await readFile(join(project.folder, '.kit-test/runs/latest', attemptOf(name).console ?? ''), 'utf8')).replaceAll('\r', '');
const short = ({ name, status, detail }: TestResult): unknown[] => [name, status, ...(detail === undefined ? [] : [detail])];

describe.each(['plain', 'runc'])('an image, %s', (name) => {
  it('has one result for each entry, services among them', () => {
    expect(attemptOf(name).results.map(short)).toEqual([
      ['quiet', 'pass'],
      ['fails', 'fail', 'exit=3'],
      ['skips', 'skip', 'nothing to do here'],
      ['leaves', 'pass'],
      ['surroundings', 'pass'],
      ['dies', 'fail', 'exit=7'],
      ['finishes', 'pass'],
      ['stays', 'pass'],
      ['last', 'pass'],
    ]);
    expect(cellOf(report, name).verdict.kind).toBe('fail');
  });

  it('shows what entries and services print', async () => {
    const text = await consoleOf(name);
    expect(text).toMatch(/^ {2}no newline at the end\nnot ok 2 fails # exit=3$/m);
    expect(text).toMatch(/^# dies: oh 1$/m);
    expect(text).toMatch(/^# stays: here$/m);
  });

  it('repeats the last lines of a service that failed before its result', async () => {
    expect(await consoleOf(name)).toMatch(/^ {2}# oh 3\n {2}# oh 4\n {2}# oh 5\n {2}# oh 6\n {2}# oh 7\nnot ok 6 dies # exit=7$/m);
  });

  it('runs onshutdown after failures, with what services printed in a file each', async () => {
    expect(await consoleOf(name)).toMatch(/^ {2}here\n {2}bye\nok 9 last\nMoby test suite FAILED$/m);
  });

  it('gives a container its own environment, folder and root', async () => {
    expect(await consoleOf(name)).toMatch(/^ {2}\/some\/where\n {2}it's a "word"\n {2}\S+\n {2}0\nok 5 surroundings$/m);
  });
});

it('fails what it cannot run, and says why', async () => {
  expect(attemptOf('impossible').results.map(short)).toEqual([['other', 'fail', 'exit=125'], ['idle', 'fail', 'exit=125']]);
  const text = await consoleOf('impossible');
  expect(text).toContain('add apt:runc to init');
  expect(text).toContain('the container has no command');
});

it('lets runc run from a sealed copy, of which it makes no other', async () => {
  expect(await consoleOf('sealed')).toContain('1..1\n  /memfd:runc (deleted)\n  /memfd:runc (deleted)\nok 1 looks\n');
});

it('gets the last of much output to the host before the power goes off', async () => {
  const text = await consoleOf('long');
  expect(text).toContain(`  line ${lines}\nok 1 run\nMoby test suite PASSED\n`);
  expect(cellOf(report, 'long').verdict.kind).toBe('pass');
});
