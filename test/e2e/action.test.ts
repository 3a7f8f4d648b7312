// The action's own step, as a runner runs it: bash, inputs as JSON, outputs by file.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createProject, scriptCase, type Project } from './project.ts';

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly steps: readonly { readonly id?: string; readonly run?: string; readonly with?: Readonly<Record<string, string>> }[] };
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Action;
const script = action.runs.steps.find(({ id }) => id === 'run')?.run ?? '';

async function act(project: Project, inputs: Readonly<Record<string, string>>): Promise<{ readonly code: number | null; readonly output: string; readonly outputs: Readonly<Record<string, string>> }> {
  const defaults = Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default]));
  const file = join(project.folder, 'outputs');
  await writeFile(file, '');
  const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', script], {
    cwd: project.folder,
    encoding: 'utf8',
    env: { ...process.env, GITHUB_ACTION_PATH: root, GITHUB_OUTPUT: file, KIT_TEST_INPUTS: JSON.stringify({ ...defaults, ...inputs }) },
  });
  const outputs = Object.fromEntries((await readFile(file, 'utf8')).split('\n').filter((line) => line !== '').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  return { code: status, output: stdout + stderr, outputs };
}

describe('the step of the action', () => {
  it('runs what its inputs select, and tells the outcome', async () => {
    await using project = await createProject({ ...scriptCase('good', 'true'), ...scriptCase('bad', 'exit 3'), ...scriptCase('other', 'true') });
    const one = await act(project, { case: 'good\nbad', retries: '0' });
    expect(one).toMatchObject({ code: 1, outputs: { verdict: 'fail', total: '2', pass: '1', fail: '1', output: join(project.folder, 'kit-test-results'), page: join(project.folder, 'kit-test-results', 'index.html') } });
    const two = await act(project, { case: '* !bad', output: 'again' });
    expect(two).toMatchObject({ code: 0, outputs: { verdict: 'pass', total: '2', pass: '2' } });
  });

  it('says what is new on a machine that has the history of another', async () => {
    const kept = (action.runs.steps.find(({ id }) => id === 'history')?.with?.['path'] ?? '').replace('${{ inputs.working-directory }}', '.');
    const answer = (word: string) => ({ 'cases/one/case.yaml': 'summary: one\nrun: { command: [sh, ./check.sh], copy: [check.sh] }\n', 'cases/one/check.sh': `exit ${word}\n` });
    await using first = await createProject(answer('0'));
    await using second = await createProject(answer('3'));
    await act(first, { case: 'one' });
    await cp(join(first.folder, kept), join(second.folder, kept), { recursive: true });
    expect((await act(second, { case: 'one' })).output).toMatch(/^ {2}new failure$/m);
    expect((await act(second, { case: 'one', output: 'again', history: 'false' })).output).not.toContain('new failure');
  });

  it('does not let a shell read an input', async () => {
    await using project = await createProject(scriptCase('good', 'true'));
    const { code, output, outputs } = await act(project, { case: '`touch\t${PWD}/made`;$(id)' });
    expect(code).toBe(2);
    expect(output).toContain('`touch');
    expect(existsSync(join(project.folder, 'made'))).toBe(false);
    expect(outputs).toEqual({});
  });
});

describe('in a workflow', () => {
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: undefined, LAB_TOKEN: 'not-for-the-log' };

  it('shows the end of the console of what failed, folded, and masks what is secret', async () => {
    await using project = await createProject(scriptCase('bad', 'echo "::error::of the guest"; exit 3'));
    const { stdout } = await project.run(['run', 'bad'], env);
    expect(stdout).toMatch(/^::add-mask::not-for-the-log$/m);
    const group = /^::group::end of the console of bad\/6\.1\/aarch64\n(?<lines>[^]*?)^::endgroup::$/m.exec(stdout)?.groups?.['lines'] ?? '';
    expect(group).toContain('\\x3a:error::of the guest');
    expect(stdout.match(/^::error.*/gm)).toEqual([expect.stringMatching(/^::error title=fail%3A bad/)]);
  });

  it('takes nothing that a command in a guest prints for a command to the runner', async () => {
    await using project = await createProject({});
    const { code, stdout, stderr } = await project.run(['exec', '--kernel', '6.1', '--arch', 'aarch64', '--', 'echo', '::error::of the guest'], env);
    expect([code, stdout]).toEqual([0, '::error::of the guest\n']);
    const token = /^::stop-commands::(\S+)$/m.exec(stderr)?.[1] ?? '';
    expect(stderr).toMatch(new RegExp(`^::stop-commands::${token}\\n[^]*^::${token}::$`, 'm'));
  });
});
