// What a case expects of a real guest beside lines and results: an exit status, a number of results, a duration.
import { expect, it } from 'vitest';
import { verdictReason } from '../../src/model/verdict.ts';
import { cellOf, ranProject, scriptCase } from './project.ts';

const entry = (name: string, script: string): string => `  - { name: ${name}, image: "dir:./root", binds: ["/bin/busybox:/bin/sh:ro"], command: [/bin/sh, -c, ${JSON.stringify(script)}] }\n`;

const imageCase = (name: string, yaml: string, image: string) => ({
  [`cases/${name}/case.yaml`]: `summary: ${name}\n${yaml}\n`,
  [`cases/${name}/image.yml`]: `init: [builtin:init, apt:busybox-static]\n${image}`,
  [`cases/${name}/root/empty`]: '',
});

/** A guest that never ends by itself. */
const lingers = (name: string, yaml: string, lines: string) => ({
  [`cases/${name}/case.yaml`]: `summary: ${name}\ntimeouts: { silence: 9s }\ndiagnose: false\n${yaml}\n`,
  [`cases/${name}/image.yml`]: `init: ["apt:busybox-static"]\nfiles:\n  - { path: init, mode: "0755", contents: ${JSON.stringify(`#!/usr/bin/busybox sh\necho KTAP version 1\n${lines}\nexec busybox sleep 1000\n`)} }\n`,
});

const files = {
  ...scriptCase('exits-as-told', 'echo on the way; exit 3', 'expect: { exit: 3 }'),
  ...scriptCase('exits-otherwise', 'exit 0', 'expect: { exit: 3 }'),
  ...scriptCase('exits-otherwise-alone', 'exit 7', 'expect: { protocol: none, exit: 3 }'),
  ...scriptCase('fails-inside', 'echo KTAP version 1; echo 1..1; echo not ok 1 inner; exit 1', 'expect: { exit: 1 }'),
  ...scriptCase('skips-as-told', 'exit 4', 'expect: { exit: 4 }'),
  ...imageCase('last-entry', 'expect: { exit: 5 }', `onboot:\n${entry('first', 'true')}${entry('second', 'exit 5')}onshutdown:\n${entry('bye', 'true')}`),
  ...imageCase('other-entry', 'expect: { exit: 5 }', `onboot:\n${entry('first', 'exit 5')}${entry('second', 'exit 5')}`),
  ...imageCase('never-started', 'expect: { exit: 1 }', `onboot:\n${entry('second', 'true').replace(' }\n', ', runtime: { bindNS: { net: /run/net } } }\n')}`),
  ...scriptCase('enough', 'echo KTAP version 1; echo 1..2; echo ok 1 a; echo ok 2 b', 'expect: { results: { min: 2, max: 2 } }'),
  ...scriptCase('too-few', 'echo KTAP version 1; echo 1..2; echo ok 1 a; echo "ok 2 b # SKIP no device"', 'expect: { results: 2 }'),
  ...lingers('lingers-with-enough', 'expect: { results: 2 }', 'echo 1..2; echo ok 1 a; echo ok 2 b'),
  ...lingers('lingers-before-its-plan', 'expect: { results: 2 }', 'echo 1..3; echo ok 1 a; echo ok 2 b'),
  ...scriptCase('quick', 'true', 'expect: { duration: 60s }'),
  ...scriptCase('slow', 'sleep 2', 'expect: { duration: 1500ms }'),
  ...scriptCase('too-quick', 'true', 'expect: { duration: { min: 20s } }'),
};

const ran = ranProject(files);

it.each<[string, string, string, RegExp]>([
  ['passes with the exit status it expects', 'exits-as-told', 'pass', /^$/],
  ['fails with another exit status', 'exits-otherwise', 'fail', /^1 result failed: run \(exit=0, expected 3\)$/],
  ['fails with another exit status where nothing else counts', 'exits-otherwise-alone', 'fail', /^exit status 7, expected 3$/],
  ['fails for a result of the command that fails, whatever its status', 'fails-inside', 'fail', /^1 result failed: run › inner$/],
  ['takes status 4 for no skip where it expects it', 'skips-as-told', 'pass', /^$/],
  ['expects the status of the last entry of onboot', 'last-entry', 'pass', /^$/],
  ['expects it of no other entry', 'other-entry', 'fail', /^1 result failed: first \(exit=5\)$/],
  ['takes a container that was not started for no exit status of its own', 'never-started', 'fail', /^1 result failed: second \(exit=125, expected 1\)$/],
  ['passes with as many results as it expects', 'enough', 'pass', /^$/],
  ['fails with fewer results than it expects', 'too-few', 'fail', /^missing evidence: 1 result that was not skipped, at least 2 expected$/],
  ['passes in the time it has', 'quick', 'pass', /^$/],
  ['fails when it takes longer', 'slow', 'fail', /^too slow: took [\d.]+s, at most 1\.5s expected$/],
  ['fails when it takes less', 'too-quick', 'fail', /^too fast: took [\d.]+m?s, at least 20\.0s expected$/],
])('a cell %s', (_, name, kind, reason) => {
  const { verdict } = cellOf(ran.report, name);
  expect([verdict.kind, verdictReason(verdict)]).toEqual([kind, expect.stringMatching(reason)]);
});

it('a guest that has given as many results as expected is ended before its limit once its plan is complete', () => {
  expect(cellOf(ran.report, 'lingers-with-enough')).toMatchObject({ verdict: { kind: 'pass' }, attempts: [{ boot: { exit: { kind: 'stopped', why: 'decided' } } }] });
  expect(cellOf(ran.report, 'lingers-before-its-plan')).toMatchObject({ verdict: { kind: 'timeout', phase: 'silence' }, attempts: [{ boot: { exit: { why: 'silence-limit' } } }] });
});
