// The step of the action that runs kit-test: its inputs are the options of `kit-test run`, under the same names.
// Inputs come as JSON in the environment, for what stands in a script's text would be run by the shell.
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the action does itself, without kit-test. */
const own = new Set(['working-directory', 'cache', 'kvm', 'artifact', 'github-token']);
const lists = new Set(['case', 'kernel', 'arch', 'label', 'medium', 'reporter']);
/** On unless they are turned off. */
const negatable = new Set(['diagnose', 'history']);

const inputs = Object.entries(JSON.parse(process.env.KIT_TEST_INPUTS ?? '{}')).map(([name, value]) => [name, String(value).trim()]);
const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const setup = fileURLToPath(new URL('../../setup.mjs', import.meta.url));
installRareQemus();
const { status, error } = spawnSync(process.execPath, [program, 'run', ...inputs.flatMap(optionOf)], { stdio: 'inherit' });
if (error !== undefined) throw error;
tellOutputs();
process.exitCode = status ?? 1;

/** setup.mjs brings the QEMUs that most matrices need; the others are big, and only the matrix tells whether they are needed. */
function installRareQemus() {
  const selecting = inputs.filter(([name]) => name === 'config' || (lists.has(name) && name !== 'reporter'));
  const listed = spawnSync(process.execPath, [program, 'list', '--json', ...selecting.flatMap(optionOf)], { encoding: 'utf8', maxBuffer: 1024 ** 3, stdio: ['ignore', 'pipe', 'ignore'] });
  // The run will say what is wrong.
  if (listed.status !== 0) return;
  const programs = [...new Set(JSON.parse(listed.stdout).map(({ arch }) => `qemu-system-${arch}`))];
  const missing = programs.filter((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).error !== undefined);
  if (missing.length > 0) spawnSync(process.execPath, [setup, 'run', ...missing], { stdio: 'inherit' });
}

function optionOf([name, value]) {
  if (own.has(name) || value === '') return [];
  if (lists.has(name)) return value.split(/\s+/).map((word) => `--${name}=${word}`);
  if (negatable.has(name)) return value === 'false' ? [`--no-${name}`] : [];
  if (value === 'true') return [`--${name}`];
  return value === 'false' ? [] : [`--${name}=${value}`];
}

/** Where the run lies. A run that did not begin has no folder. */
function tellOutputs() {
  const folder = resolve(Object.fromEntries(inputs).output ?? '.');
  const file = process.env.GITHUB_OUTPUT;
  if (file === undefined || !existsSync(join(folder, 'report.json'))) return;
  const { exitCode, totals } = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
  const verdict = { 0: 'pass', 1: 'fail', 3: 'error' }[exitCode] ?? 'interrupted';
  const outputs = { verdict, ...totals, output: folder, page: join(folder, 'index.html') };
  appendFileSync(file, Object.entries(outputs).map(([name, value]) => `${name}=${value}\n`).join(''));
}
