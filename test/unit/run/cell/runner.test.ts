import { describe, expect, it } from 'vitest';
import { loadArchs } from '../../../../src/arch/index.ts';
import { HarnessSchema } from '../../../../src/model/harness.ts';
import { attemptName, planCommand, runnerCommand, runnerFor } from '../../../../src/run/cell/runner.ts';

const archs = await loadArchs();
const arch = (name: string) => archs.find((each) => each.name === name) ?? expect.fail(`no ${name}`);
const spec = (more: object = {}) => HarnessSchema.parse({ runner: { type: 'exec', command: ['./boot.sh', '{kernel}'], ...more } }).runner ?? expect.fail('no runner');
const place = { root: '/project', limits: { bootMs: 1, silenceMs: 2, totalMs: 3 } };
const values = { kernel: '/cache/kernel', cmdline: "panic=-1 'x'", name: 'kit-test-a' };

describe('runnerFor', () => {
  it('boots every architecture, or those it names by any name', () => {
    expect(runnerFor({}, arch('arm'))).toBeUndefined();
    expect(runnerFor({ runner: spec() }, arch('arm'))).toBeDefined();
    expect(runnerFor({ runner: spec({ arch: ['arm64'] }) }, arch('aarch64'))).toBeDefined();
    expect(runnerFor({ runner: spec({ arch: ['arm64'] }) }, arch('x86_64'))).toBeUndefined();
  });
});

describe('planCommand', () => {
  it('replaces words in command and clean-up, and puts them into the environment', () => {
    const plan = planCommand(spec({ cleanup: ['gcloud', 'delete', '{name}'], cleanupTimeout: '5m' }), values, place);
    expect(plan).toMatchObject({
      command: ['/project/boot.sh', '/cache/kernel'], cleanup: ['gcloud', 'delete', 'kit-test-a'], cleanupMs: 300_000, cwd: '/project',
      env: { KIT_TEST_KERNEL: '/cache/kernel', KIT_TEST_CMDLINE: "panic=-1 'x'", KIT_TEST_NAME: 'kit-test-a' },
    });
  });

  it('leaves braces alone that are no word of ours', () => {
    expect(planCommand(spec({ command: ['awk', '{print}', '{"kernel": "{kernel}"}'] }), values, place).command).toEqual(['awk', '{print}', '{"kernel": "/cache/kernel"}']);
  });

  it('does not replace words in what was replaced', () => {
    expect(planCommand(spec({ command: ['x', '{cmdline}'] }), { ...values, cmdline: '{kernel} $& $1' }, place).command).toEqual(['x', '{kernel} $& $1']);
  });

  it('refuses a word that the format makes no file for', () => {
    expect(() => planCommand(spec({ command: ['x', '{initrd}'], format: 'gcp' }), values, place)).toThrow(expect.objectContaining({ code: 'RUNNER_FILE_MISSING' }) as Error);
  });

  it('has a line to do it by hand without anything of this environment', () => {
    expect(runnerCommand(planCommand(spec(), values, place))).toBe(`cd /project && KIT_TEST_KERNEL=/cache/kernel KIT_TEST_CMDLINE='panic=-1 '\\''x'\\''' KIT_TEST_NAME=kit-test-a /project/boot.sh /cache/kernel`);
  });
});

describe('attemptName', () => {
  it('is a name that clouds take, unlike that of any other attempt', () => {
    const names = [['a/6.12/x86_64', 'r1', 1], ['a/6.12/x86_64', 'r1', 2], ['a/6.12/x86_64', 'r2', 1], [`${'long-'.repeat(30)}/7.x/arm`, 'r1', 1], ['a/6-12/x86-64', 'r1', 1]] as const;
    const made = names.map(([cell, run, attempt]) => attemptName(cell, run, attempt));
    for (const name of made) expect(name).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
    expect(new Set(made).size).toBe(made.length);
  });
});
