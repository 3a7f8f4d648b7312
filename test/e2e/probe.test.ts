// Services of a guest asked from this machine: what answers, what does not, and a guest that ends before it is asked.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attempt, RunReport } from '../../src/model/report.ts';
import { verdictReason } from '../../src/model/verdict.ts';
import { cellOf, createProject, oneCell, type Outcome, type Project } from './project.ts';

const busybox = '/usr/bin/busybox';
const service = (name: string, words: readonly string[]): string => `  - { name: ${name}, image: "apt:busybox-static", net: host, capabilities: [all], binds: ["/www:/www"], command: ${JSON.stringify([busybox, ...words])} }\n`;
const httpd = service('httpd', ['httpd', '-f', '-p', '80', '-h', '/www']);
const echo = service('echo', ['nc', '-ll', '-p', '7', '-e', busybox, 'cat']);
const image = (services: string): string => `init: ["builtin:init", "apt:busybox-static"]\nservices:\n${services}files:\n  - { path: www/index.html, contents: "hello from the guest\\n" }\n`;
const probed = (name: string, yaml: string, services: string): Readonly<Record<string, string>> => ({
  [`cases/${name}/case.yaml`]: `summary: ${name}\n${yaml}\n`,
  [`cases/${name}/image.yml`]: services,
});

// A guest that does not know our protocol: it has an address because the kernel gives it one from the command line of none,
// serves, says its word, and stays.
const stranger = `init: ["apt:busybox-static"]
files:
  - path: init
    mode: "0755"
    contents: |
      #!/usr/bin/busybox sh
      busybox mount -t proc proc /proc; busybox mount -t sysfs sys /sys
      while read -r module; do busybox modprobe $module; done </etc/kit-test/modules
      busybox ifconfig eth0 10.0.2.15 netmask 255.255.255.0; busybox route add default gw 10.0.2.2
      echo all is well
      busybox mkdir /www; echo strange >/www/index.html
      exec busybox httpd -f -p 8080 -h /www
`;

const files = {
  'harness.config.ts': oneCell,
  ...probed('answers', `probe:
  - { name: page, http: { port: 80, path: /index.html, body: hello } }
  - { name: dialogue, tcp: { port: 7, dialogue: [{ send: "one\\n", expect: one }, { send: "two\\n", expect: "/^two/" }] } }
  - { name: program, command: [./ask.sh, "127.0.0.1:{port:80}", "{port:7}"] }`, image(httpd + echo)),
  'cases/answers/ask.sh': '#!/bin/sh\n[ "${1#*:}" = "$KIT_TEST_PORT_80" ] && [ "$2" = "$KIT_TEST_PORT_7" ] && [ "$2" -gt 1023 ]\n',
  ...probed('refuses', 'probe: { http: { port: 80, path: /none }, deadline: 3s, interval: 300ms }', image(httpd)),
  ...probed('nobody-there', 'probe: { tcp: { port: 99, dialogue: [{ expect: hello }] }, deadline: 2s, interval: 300ms }', image(httpd)),
  ...probed('service-fails', 'probe: { http: { port: 80 }, deadline: 3s, interval: 300ms }', image(service('broken', ['sh', '-c', 'echo no config; exit 5']))),
  ...probed('dies', 'probe: { http: { port: 81 }, deadline: 60s }', image(service('killer', ['sh', '-c', 'sleep 4; echo c >/proc/sysrq-trigger']))),
  ...probed('never-ready', 'probe: { http: { port: 80 } }', image(httpd).replace('services:', 'onboot:\n  - { name: check, image: "apt:busybox-static", capabilities: [all], binds: ["/proc:/host"], command: ["/usr/bin/busybox", "sh", "-c", "echo o >/host/sysrq-trigger; sleep 9"] }\nservices:')),
  ...probed('no-program', 'probe: { command: [./missing.sh] }', image(httpd)),
  ...probed('stranger', 'expect: { pass: all is well }\nprobe: { http: { port: 8080, path: /index.html, body: strange } }', stranger),
  'cases/command-serves/case.yaml': 'summary: x\nrun: { command: [nc, -ll, -p, "7", -e, cat] }\nprobe: { tcp: { port: 7, dialogue: [{ send: "one\\n", expect: one }] } }\n',
  'cases/command-fails/case.yaml': 'summary: x\nrun: { command: [sh, -c, "echo no config; exit 3"] }\nprobe: { http: { port: 80 }, deadline: 60s }\n',
  ...probed('silent-wait', 'probe: { http: { port: 82 }, deadline: 9s, interval: 1s }\ntimeouts: { silence: 5s, total: 40s }', image(httpd)),
};

let project: Project;
let outcome: Outcome;
let report: RunReport;
beforeAll(async () => {
  project = await createProject(files);
  const { chmod } = await import('node:fs/promises');
  await chmod(join(project.folder, 'cases/answers/ask.sh'), 0o755);
  outcome = await project.run(['run', '--matrix', '--jobs', '1']);
  report = await project.report();
});
afterAll(() => project[Symbol.asyncDispose]());

const attemptOf = (name: string): Attempt => cellOf(report, name).attempts[0];

describe('a probe', () => {
  it('passes by HTTP, TCP and a command, each a result in every report', async () => {
    const { verdict, probes, results } = attemptOf('answers');
    expect(verdict).toEqual({ kind: 'pass' });
    expect(probes?.map(({ name, status }) => [name, status])).toEqual([['page', 'pass'], ['dialogue', 'pass'], ['program', 'pass']]);
    expect(results.map(({ name, status }) => [name, status])).toEqual([['echo', 'pass'], ['httpd', 'pass'], ['probe: page', 'pass'], ['probe: dialogue', 'pass'], ['probe: program', 'pass']]);
    expect(await project.read('.kit-test/runs/latest/junit.xml')).toContain('probe: dialogue');
    expect(await project.read('.kit-test/runs/latest/results.tap')).toContain('ok 5 - probe: program');
  });

  it('leaves the guest without a way to this machine', async () => {
    const command = await readFile(join(project.folder, '.kit-test/runs/latest', attemptOf('answers').qemuCmd ?? ''), 'utf8');
    expect(command).toContain('restrict=on,hostfwd=tcp:127.0.0.1:0-:7,hostfwd=tcp:127.0.0.1:0-:80');
  });

  it.each<[string, string, string, RegExp]>([
    ['refuses', 'fail', 'answers otherwise', /^probe "GET \/none on port 80" failed: status 404 instead of 200, body ".*" \(\d+ tries in 3\.\ds\)$/],
    ['nobody-there', 'fail', 'has nobody on the port', /^probe "a dialogue on TCP port 99" failed: .*(closed|answer).* \(\d+ tries? in 2\.\ds\)$/],
    ['service-fails', 'fail', "has a service that fails: its failure first", /^1 result failed: broken \(exit=5\)$/],
    ['dies', 'crash', 'crashes while it is asked', /^kernel panic: sysrq triggered crash$/],
    ['never-ready', 'fail', 'powers off before it is ready', /^missing evidence: .*; probe "GET \/ on port 80" did not succeed: never asked: the guest had ended before it was ready$/],
    ['no-program', 'error', 'is asked by a program that does not exist', /^cannot start the probe \.\/missing\.sh: there is no such program$/],
    ['silent-wait', 'fail', 'is silent for longer than its limit only because it waits for us', /^probe "GET \/ on port 82" failed: .* in 9\.\ds\)$/],
  ])('of %s is the verdict %s of a guest that %s', (name, kind, _, reason) => {
    const { verdict } = attemptOf(name);
    expect(verdict.kind).toBe(kind);
    expect(verdictReason(verdict)).toMatch(reason);
  });

  it('asks a guest that does not know our protocol from when its user space has begun, and does not wait for its end', () => {
    const { verdict, boot, probes } = attemptOf('stranger');
    expect(verdict).toEqual({ kind: 'pass' });
    expect(probes).toMatchObject([{ status: 'pass' }]);
    expect(boot?.exit).toEqual({ kind: 'stopped', why: 'decided' });
  });

  it('asks a command while it runs, which needs not end', () => {
    expect(attemptOf('command-serves')).toMatchObject({ verdict: { kind: 'pass' }, results: [{ name: 'run', status: 'pass' }, { status: 'pass' }] });
    expect(verdictReason(attemptOf('command-fails').verdict)).toBe('1 result failed: run (exit=3)');
  });

  it('makes the run fail as results do', () => {
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain('status 404 instead of 200');
  });
});
