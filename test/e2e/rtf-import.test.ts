// `kit-test import rtf` on a small tree as LinuxKit's, and a run of what it wrote.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/model/report.ts';
import { verdictReason } from '../../src/model/verdict.ts';
import { cellOf, createProject, type Outcome, type Project } from './project.ts';

const tree = {
  'harness.config.ts': 'export default {};\n',
  'rtf/cases/_lib/lib.sh': 'shared() { echo "shared by $RT_TEST_NAME"; }\n',
  'rtf/cases/group.sh': '#!/bin/sh\n# NAME: kit\n# SUMMARY: everything\nexit 0\n',
  'rtf/cases/000_build/000_formats/test.sh': '#!/bin/sh\n# SUMMARY: a format is "built": #1\n# LABELS:\n# REPEAT: 2\n# AUTHOR: Somebody <s@example.org>\nset -e\n. "${RT_PROJECT_ROOT}/_lib/lib.sh"\nshared\ncat data\n',
  'rtf/cases/000_build/000_formats/data': 'beside it\n',
  'rtf/cases/000_build/010_elsewhere/test.sh': '#!/bin/sh\n# SUMMARY: only on a Mac\n# LABELS: darwin\nexit 1\n',
  'rtf/cases/010_kernel/group.sh': '#!/bin/sh\n# SUMMARY: kernels\n# LABELS: kernel\nexit 0\n',
  'rtf/cases/010_kernel/000_Config_6.6.x/test.sh': '#!/bin/sh\n# SUMMARY: its configuration\n# LABELS: slow\n# REPEAT: slow:3\nexit 253\n',
  'rtf/cases/pre-test.sh': 'echo "before $1"\n',
  'rtf/cases/010_kernel/post-test.sh': 'exit 1\n',
};

let project: Project;
let imported: Outcome;
let report: RunReport;
beforeAll(async () => {
  project = await createProject(tree);
  await rm(join(project.folder, 'kernels'), { recursive: true });
  await project.write({ 'cases/kit.build.elsewhere/case.yaml': 'summary: mine\nscript: ../../rtf/cases/000_build/010_elsewhere/test.sh\nneeds: { os: [darwin] }\n' });
  imported = await project.run(['import', 'rtf', 'rtf/cases']);
  await project.run(['run', '--matrix']);
  report = await project.report();
});
afterAll(() => project[Symbol.asyncDispose]());

describe('kit-test import rtf', () => {
  it('writes a case for each test, and nothing over what is there', async () => {
    expect(imported.stdout).toContain('wrote cases/kit.build.formats/case.yaml\nwrote cases/kit.kernel.config_6.6.x/case.yaml\nkept  cases/kit.build.elsewhere/case.yaml, which was there\n');
    expect(await project.read('cases/kit.build.elsewhere/case.yaml')).toContain('summary: mine');
    expect(await project.read('cases/kit.build.formats/case.yaml')).toContain('# Author: Somebody <s@example.org>\nsummary: "a format is \\"built\\": #1"\nscript:\n  file: "../../rtf/cases/000_build/000_formats/test.sh"\n  root: "../../rtf/cases"\n  before: "../../rtf/cases/pre-test.sh"\n  repeat: 2\n');
    const kernel = await project.read('cases/kit.kernel.config_6.6.x/case.yaml');
    expect(kernel).toContain('labels: [slow, kernel]\n');
    expect(kernel).toContain('group: ["../../rtf/cases/group.sh", "../../rtf/cases/010_kernel/group.sh"]\n');
    expect(imported.code).toBe(0);
  });

  it('says what it could not carry over, and where that stands', () => {
    expect(imported.stdout).toContain('  rtf/cases/010_kernel/post-test.sh: rtf runs the one at the top only');
    expect(imported.stdout).toContain('  rtf/cases/010_kernel/000_Config_6.6.x/test.sh:4: REPEAT "slow:3": expected a number; it is run once');
    expect(imported.stdout).toContain(`rtf's name "kit.kernel.Config_6.6.x" becomes kit.kernel.config_6.6.x`);
    expect(imported.stdout).toContain('slow (1), kernel (1)');
  });

  it('makes cases that run', () => {
    const ended = (name: string) => { const { verdict } = cellOf(report, name); return [verdict.kind, verdictReason(verdict)]; };
    expect(ended('kit.build.formats')).toEqual(['pass', '']);
    expect(ended('kit.kernel.config_6.6.x')).toEqual(['skip', 'cancelled by the script; last line: before kit.kernel.config_6.6.x']);
    expect(ended('kit.build.elsewhere')).toEqual(['skip', 'needs darwin, this is linux']);
  });

  it('copies the files of tests where that is asked for', async () => {
    const { stdout } = await project.run(['import', 'rtf', 'rtf/cases', '--copy', '--output', 'copied', '--timeout', '90s']);
    expect(stdout).toContain('3 cases written');
    expect((await readdir(join(project.folder, 'copied/kit.build.formats'))).sort()).toEqual(['case.yaml', 'data', 'test.sh']);
    expect(await project.read('copied/kit.build.formats/case.yaml')).toMatch(/file: "\.\/test\.sh"\n {2}root: "\.\.\/\.\.\/rtf\/cases"\n(?:.*\n)*timeouts: \{ total: 90s \}/);
  });

  it.each([
    [['import', 'rtf', 'nothing'], /there is no folder nothing/],
    [['import', 'rtf', 'rtf/cases/_lib'], /no folder in rtf\/cases\/_lib has a test\.sh/],
  ])('%j ends with status 2', async (words, message) => {
    const { code, stderr } = await project.run(words);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
