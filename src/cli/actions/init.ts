// The work of `kit-test init`.
import { appendFile, readFile, readdir } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { loadArchs } from '../../arch/index.ts';
import { findConfig } from '../../config/config-file.ts';
import { UsageError } from '../../model/errors.ts';
import { suggest } from '../../model/suggest.ts';
import { writeNewFiles } from '../../scaffold/files.ts';
import { newProject, type InitAnswers } from '../../scaffold/project.ts';

export interface InitOptions {
  readonly kernel?: readonly string[];
  readonly arch?: readonly string[];
  readonly workflow: boolean;
  readonly yes?: boolean;
}

interface Choices {
  readonly kernels: readonly string[];
  readonly archs: readonly string[];
  /** Architectures that are on every such kernel. */
  readonly usual: readonly string[];
}

// The kernels that come with kit-test lie beside its code, built or not.
const shipped = fileURLToPath(new URL('../../../kernels/', import.meta.url));

/** @throws UsageError where there is a project already, a name is unknown, or nobody is there to answer. */
export async function initProject(options: InitOptions): Promise<void> {
  const root = process.cwd();
  const present = await findConfig(root, undefined);
  if (present !== undefined) throw new UsageError('PROJECT_EXISTS', `${present} is there already`, { hint: 'add cases to that project with "kit-test new case NAME"' });
  const kernels = await shippedKernels();
  const archs = (await loadArchs()).map(({ name }) => name);
  const usual = archs.filter((arch) => kernels.every((kernel) => new RegExp(`^ +${arch}: `, 'm').test(kernelText(kernel))));
  const answers = await answersFor(options, { kernels, archs, usual });
  const { written, kept } = await writeNewFiles(root, newProject(answers, kernelText));
  const ignored = await ignoreRuns(root);
  const lines = [...written.map((path) => `wrote ${path}`), ...kept.map((path) => `kept  ${path}, which was there`), ...(ignored ? ['added .kit-test/ to .gitignore'] : [])];
  process.stdout.write(`${lines.join('\n')}\n\nkit-test doctor          says what this machine lacks\nkit-test run --matrix    runs cases/hello everywhere\n`);
}

const kernelText = (name: string): string => readFileSync(join(shipped, `${name}.yaml`), 'utf8');

async function shippedKernels(): Promise<readonly string[]> {
  const names = (await readdir(shipped)).filter((file) => file.endsWith('.yaml')).map((file) => file.slice(0, -'.yaml'.length));
  return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

async function answersFor(options: InitOptions, choices: Choices): Promise<InitAnswers> {
  // What moves under its users' feet is no default.
  const stable = choices.kernels.filter((name) => /^[\d.]+$/.test(name)).slice(-2);
  const given = { kernels: options.kernel && chosen(options.kernel, choices.kernels, 'kernels'), archs: options.arch && chosen(options.arch, choices.archs, 'architectures') };
  if (options.yes === true) return { kernels: given.kernels ?? stable, archs: given.archs ?? choices.usual, workflow: options.workflow };
  if (!process.stdin.isTTY) throw nobodyToAsk();
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // Answers typed ahead of their questions are kept.
  const lines = terminal[Symbol.asyncIterator]();
  const ask = async <T>(question: string, preset: string, read: (answer: string) => T): Promise<T> => {
    for (;;) {
      process.stdout.write(`${question} [${preset}] `);
      const line = await lines.next();
      if (line.done === true) throw nobodyToAsk();
      try {
        return read(line.value.trim() || preset);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        process.stdout.write(`${error.message}; ${error.hint ?? ''}\n`);
      }
    }
  };
  try {
    return {
      kernels: given.kernels ?? (await ask(`Which kernels? (${choices.kernels.join(' ')})`, stable.join(' '), (text) => chosen(text.split(/[\s,]+/), choices.kernels, 'kernels'))),
      archs: given.archs ?? (await ask(`Which architectures? (${choices.archs.join(' ')})`, choices.usual.join(' '), (text) => chosen(text.split(/[\s,]+/), choices.archs, 'architectures'))),
      workflow: options.workflow && (await ask('A workflow for GitHub Actions? (yes no)', 'yes', (text) => chosen([text], ['yes', 'no'], 'answers')[0] === 'yes')),
    };
  } finally {
    terminal.close();
  }
}

const nobodyToAsk = (): UsageError => new UsageError('NOBODY_TO_ASK', 'init asks questions, and nobody answers', { hint: 'take the defaults with --yes; --kernel, --arch and --no-workflow change them' });

/** The choices that are named, in their own order. */
function chosen(names: readonly string[], choices: readonly string[], kind: string): readonly string[] {
  for (const name of names) if (!choices.includes(name)) throw new UsageError('UNKNOWN_NAME', `"${name}" is none of the ${kind}`, { hint: suggest(name, choices, kind) });
  return choices.filter((choice) => names.includes(choice));
}

/** Runs are not for the repository. Says whether the line was added. */
async function ignoreRuns(root: string): Promise<boolean> {
  const file = join(root, '.gitignore');
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text.split('\n').some((line) => /^\/?\.kit-test\/?$/.test(line.trim()))) return false;
  await appendFile(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}.kit-test/\n`);
  return true;
}
